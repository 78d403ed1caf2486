import type { ClaimProblem, Instance } from '../contract/index.ts';
import type { Reader, Tx } from '../state/database.ts';
import { getImage } from '../state/images.ts';
import { listInstances } from '../state/instances.ts';
import { listActiveTasks } from '../state/tasks.ts';
import { claim, consumerGeneration, release } from './allocations.ts';
import { resourcesOf } from './demands.ts';
import { listProviders, type Provider } from './providers.ts';
import { capacityOf, describeAmount, type Resources } from './resources.ts';
import { type HeldShare, listShares } from './usage.ts';

/** Everything that an audit looks at, read once. */
interface Books {
  readonly reader: Reader;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly instances: ReadonlyMap<string, Instance>;
  /** claims by consumer */
  readonly claims: ReadonlyMap<string, readonly HeldShare[]>;
  /** an operation is at work on these: what they hold is its business */
  readonly busy: ReadonlySet<string>;
}

function openBooks(reader: Reader): Books {
  const instances = listInstances(reader);
  const tasks = listActiveTasks(reader).flatMap(({ instanceId }) => instanceId ?? []);
  // A resized instance rightly holds a claim on both hosts until it is confirmed or reverted.
  const moving = instances.filter(({ taskState, vmState }) => taskState !== null || vmState === 'resized');
  return {
    reader,
    providers: new Map(listProviders(reader).map((provider) => [provider.id, provider])),
    instances: new Map(instances.map((instance) => [instance.id, instance])),
    claims: Map.groupBy(listShares(reader, null, ''), (share) => share.consumerId),
    busy: new Set([...tasks, ...moving.map(({ id }) => id)]),
  };
}

/**
 * Compares claims with the instances that there are. Instances with an operation under way are left out. Source: `nova-manage
 * placement audit` and `heal_allocations` in nova/cmd/manage.py
 */
export function auditClaims(reader: Reader): ClaimProblem[] {
  const books = openBooks(reader);
  return [
    ...[...books.instances.values()].flatMap((instance) => auditInstance(books, instance)),
    ...[...books.claims.keys()].flatMap((id) => auditConsumer(books, id)),
    ...[...books.providers.values()].flatMap((provider) => auditCapacity(provider)),
  ];
}

/** Mends all that can be mended, in the caller's transaction. @returns what the audit had found */
export function healClaims(tx: Tx): ClaimProblem[] {
  const problems = auditClaims(tx);
  const books = openBooks(tx);
  const consumers = problems.flatMap(({ healable, consumerId }) => (healable ? (consumerId ?? []) : []));
  for (const id of new Set(consumers)) heal(tx, books, id);
  return problems;
}

/** The guest is there: its claim is put down even where there is no room, which the next audit then says. */
function heal(tx: Tx, books: Books, consumerId: string): void {
  const instance = books.instances.get(consumerId);
  if (instance === undefined || instance.hostId === null) return release(tx, consumerId);
  const share = { providerId: instance.hostId, resources: expectedOf(books, instance) };
  claim(tx, {
    consumerId,
    consumerGeneration: consumerGeneration(tx, consumerId),
    shares: books.providers.has(instance.hostId) ? [share] : [],
    beyondCapacity: true,
  });
}

/** What an instance ought to hold. A disk as large as an image that there is no more: what it holds, nobody knows better. */
function expectedOf({ reader, claims }: Books, { id, imageId, flavor, hostId }: Instance): Resources {
  const image = (imageId === null ? undefined : getImage(reader, imageId)) ?? null;
  const resources = resourcesOf({ flavor, image });
  if (flavor.disk > 0 || image !== null) return nonZero(resources);
  const held = claims
    .get(id)
    ?.find((share) => share.resourceClass === 'DISK_GB' && share.providerId === hostId);
  return nonZero({ ...resources, DISK_GB: held?.amount ?? resources['DISK_GB'] ?? 0 });
}

function nonZero(resources: Resources): Resources {
  return Object.fromEntries(Object.entries(resources).filter(([, amount]) => amount > 0));
}

function auditInstance(books: Books, instance: Instance): ClaimProblem[] {
  const { id, name, hostId, hostName } = instance;
  if (hostId === null || books.busy.has(id)) return [];
  const at = { hostId, hostName: hostName ?? hostId, consumerId: id, consumerName: name };
  const expected = expectedOf(books, instance);
  const shares = (books.claims.get(id) ?? []).filter((share) => share.providerId === hostId);
  const held = Object.fromEntries(shares.map((share) => [share.resourceClass, share.amount]));
  const known = books.providers.has(hostId);
  if (shares.length === 0) {
    if (Object.keys(expected).length === 0) return [];
    const why = known ? '' : ' The host has not told its resources yet.';
    const detail = `Holds nothing there; ought to hold ${words(expected)}.${why}`;
    return [{ kind: 'missing', ...at, detail, healable: known }];
  }
  const classes = [...new Set([...Object.keys(expected), ...Object.keys(held)])];
  if (classes.every((one) => expected[one] === held[one])) return [];
  const detail = `Holds ${words(held)}; ought to hold ${words(expected)}.`;
  return [{ kind: 'wrong_size', ...at, detail, healable: true }];
}

function auditConsumer(books: Books, consumerId: string): ClaimProblem[] {
  if (books.busy.has(consumerId)) return [];
  const instance = books.instances.get(consumerId);
  const shares = (books.claims.get(consumerId) ?? []).filter((share) => isOrphan(books, instance, share));
  return [...Map.groupBy(shares, (share) => share.providerId)].map(([hostId, held]) => ({
    kind: 'orphaned' as const,
    hostId,
    hostName: books.providers.get(hostId)?.name ?? hostId,
    consumerId,
    consumerName: held[0]?.kind === 'unknown' ? null : (held[0]?.name ?? null),
    detail: `${whereabouts(instance, held[0])} ${words(Object.fromEntries(held.map((s) => [s.resourceClass, s.amount])))}`,
    healable: true,
  }));
}

function isOrphan({ instances, busy }: Books, instance: Instance | undefined, share: HeldShare): boolean {
  // A damaged row is in no list, but it is there.
  if (share.kind === 'instance' && instance === undefined) return false;
  if (share.kind !== 'foreign') return instance?.hostId !== share.providerId;
  // A guest that was adopted meanwhile, and would be counted twice.
  const uuid = share.consumerId.slice(share.providerId.length + 1);
  return instances.get(uuid)?.hostId === share.providerId && !busy.has(uuid);
}

function whereabouts(instance: Instance | undefined, share: HeldShare | undefined): string {
  if (share?.kind === 'foreign') return 'The guest is an instance by now, and would count twice. It holds';
  if (instance === undefined) return 'The instance is gone, and still holds';
  return `The instance is on ${instance.hostName ?? 'no host'}, and still holds here`;
}

function auditCapacity(provider: Provider): ClaimProblem[] {
  return [...provider.usages].flatMap(([name, used]) => {
    const inventory = provider.inventories.get(name);
    const capacity = inventory === undefined ? 0 : capacityOf(inventory);
    if (used <= capacity) return [];
    const detail = `${describeAmount(name, used)} are given away of ${capacity} that there are to give.`;
    const at = { hostId: provider.id, hostName: provider.name, consumerId: null, consumerName: null };
    return [{ kind: 'over_capacity' as const, ...at, detail, healable: false }];
  });
}

const FIRST = ['DISK_GB', 'MEMORY_MB', 'VCPU'];

function words(resources: Resources): string {
  return Object.entries(resources)
    .toSorted(([one], [other]) => FIRST.indexOf(other) - FIRST.indexOf(one))
    .map(([name, amount]) => describeAmount(name, amount))
    .join(', ');
}
