import { ExpectedError } from '../domain/errors.ts';
import type { Reader, Tx } from '../state/database.ts';
import { prepared } from '../state/prepared.ts';
import { q } from '../state/query.ts';
import type { AllocationsTable } from '../state/schema.ts';
import { refusalFor } from './candidates.ts';
import { getProvider, type Provider, touchProvider } from './providers.ts';
import type { Resources } from './resources.ts';

export interface Allocation {
  readonly providerId: string;
  readonly resources: Resources;
}

/** What is asked of one provider. */
export interface Share extends Allocation {
  /** what the caller read; left out: the provider's state of this moment is all that counts */
  readonly providerGeneration?: number;
}

export interface Claim {
  /** the instance's id */
  readonly consumerId: string;
  /** what the caller read; null for a consumer that has nothing yet */
  readonly consumerGeneration: number | null;
  /** one entry for each provider */
  readonly shares: readonly Share[];
  /** the guest is there already, or its host was forced: what it takes counts, whether there is room or not */
  readonly beyondCapacity?: boolean;
}

/** Whose rows they are: `foreign` is a guest that somebody else made. */
export interface Consumer {
  readonly id: string;
  readonly generation: number;
  readonly kind: 'instance' | 'foreign';
  /** of a foreign guest; an instance's name stands in its own row */
  readonly name: string | null;
}

const generationById = prepared(({ id }: { id: string }) =>
  q.selectFrom('consumers').select('generation').where('id', '=', id),
);
const heldBy = prepared(({ id }: { id: string }) =>
  q.selectFrom('allocations').selectAll().where('consumer_id', '=', id),
);
const insert = prepared((row: AllocationsTable) => q.insertInto('allocations').values(row));

/** @returns null for a consumer that has nothing */
export function consumerGeneration(reader: Reader, consumerId: string): number | null {
  const row = reader.first(generationById({ id: consumerId }));
  return row?.generation ?? null;
}

/** What a consumer holds, one entry for each provider. */
export function allocationsOf(reader: Reader, consumerId: string): Allocation[] {
  const rows = reader.all(heldBy({ id: consumerId }));
  return [...Map.groupBy(rows, (row) => row.provider_id)].map(([providerId, held]) => ({
    providerId,
    resources: Object.fromEntries(held.map((row) => [row.resource_class, row.used])),
  }));
}

/**
 * Gives a consumer all that it asks for from every provider named, or nothing: a refusal changes nothing, even where the
 * caller goes on with its transaction. What the consumer held before is replaced, and counts as free meanwhile.
 * Source: `replace_all` in placement/objects/allocation.py.
 * @throws ExpectedError `placement.concurrent_update` when somebody changed provider or consumer meanwhile: read again,
 * decide again; `placement.no_capacity` with each provider and class that falls short; `host.not_found`
 */
export function claim(tx: Tx, request: Claim): void {
  const { consumerId, consumerGeneration: believed, shares } = request;
  checkGeneration('instance', consumerGeneration(tx, consumerId), believed);
  const before = allocationsOf(tx, consumerId);
  const providers = new Map(shares.map(({ providerId }) => [providerId, getProvider(tx, providerId)]));
  for (const { providerId, providerGeneration } of shares) {
    const is = providers.get(providerId)?.generation ?? null;
    checkGeneration('host', is, providerGeneration ?? is);
  }
  if (request.beyondCapacity !== true) refuseWithoutRoom(providers, shares, before);
  tx.run(q.deleteFrom('consumers').where('id', '=', consumerId));
  const consumer = { id: consumerId, generation: (believed ?? 0) + 1, kind: 'instance', name: null } as const;
  putConsumer(tx, consumer, shares);
  for (const id of new Set([...before, ...shares].map((each) => each.providerId))) touchProvider(tx, id);
}

function checkGeneration(what: string, is: number | null, expected: number | null): void {
  if (is === expected) return;
  throw new ExpectedError('placement.concurrent_update', `The claims of the ${what} changed meanwhile`, {
    remedy: 'Try again.',
    details: { expected, is },
  });
}

function refuseWithoutRoom(
  providers: ReadonlyMap<string, Provider>,
  shares: readonly Share[],
  before: readonly Allocation[],
): void {
  const refused = shares.flatMap(({ providerId, resources }) => {
    const provider = providers.get(providerId);
    const held = before.find((each) => each.providerId === providerId)?.resources ?? {};
    const reason = provider && refusalFor(without(provider, held), resources);
    return provider && reason ? [{ hostId: providerId, hostName: provider.name, reason }] : [];
  });
  const [first] = refused;
  if (first === undefined) return;
  const words = refused.map(({ hostName, reason }) => `${hostName} has no room: ${reason}`).join('. ');
  throw new ExpectedError('placement.no_capacity', words, {
    remedy: 'Free some resources on the host, pick a smaller flavor or another host.',
    details: { hostId: first.hostId, reason: first.reason, hosts: refused },
  });
}

function without(provider: Provider, held: Resources): Provider {
  const usages = new Map(provider.usages);
  for (const [name, amount] of Object.entries(held)) usages.set(name, (usages.get(name) ?? 0) - amount);
  return { ...provider, usages };
}

/** Writes the rows of a consumer that has none; the providers' generations are the caller's part. */
export function putConsumer(tx: Tx, consumer: Consumer, allocations: readonly Allocation[]): void {
  tx.run(q.insertInto('consumers').values(consumer));
  const rows = allocations.flatMap(({ providerId, resources }) =>
    Object.entries(resources)
      .filter(([, used]) => used > 0)
      .map(([name, used]) => ({
        consumer_id: consumer.id,
        provider_id: providerId,
        resource_class: name,
        used,
      })),
  );
  for (const row of rows) tx.run(insert(row));
}

/** Gives back all that a consumer holds. Succeeds when that is nothing. */
export function release(tx: Tx, consumerId: string): void {
  const held = allocationsOf(tx, consumerId);
  tx.run(q.deleteFrom('consumers').where('id', '=', consumerId));
  for (const { providerId } of held) touchProvider(tx, providerId);
}
