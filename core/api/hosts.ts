import type {
  ForeignGuest,
  Host,
  HostSecrets,
  hostMethods,
  HostTest,
  Output,
  Parsed,
} from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { MarkedGuest } from '../inventory/foreign-guests.ts';
import type { HostTestTarget } from '../inventory/host-test.ts';
import { DEFAULT_NETWORK } from '../network/host-network.ts';
import { setInventory } from '../placement/inventories.ts';
import type { Database, Reader, Tx } from '../state/database.ts';
import { findHosts, type HostChange, insertHost, listHosts, updateHost } from '../state/hosts.ts';
import { type HostSecretsStore, secretsProvider, type SecretsProvider } from '../transport/secrets.ts';
import { DEFAULT_POOL } from '../volume/prepare-pool.ts';
import { removeHost } from './host-remove.ts';
import { refuseTaken, resolveOne } from './resolve.ts';
import type { Handlers } from './router.ts';

/** What the API asks of whoever keeps the hosts connected. */
export interface HostControl {
  /**
   * Looks after a stored host from now on, with a fresh link: a wait for the next attempt ends, an old link is let go.
   * Settles when the attempt has ended, well or not; how it went is in the host's row.
   */
  connect(hostId: string): Promise<void>;
  /** Lets go of a host: no link, no further attempts. */
  disconnect(hostId: string): Promise<void>;
  /** Those of one host, or of all. */
  foreignGuests(hostId?: string): ForeignGuest[];
  /** Guests without an instance that carry a mark. */
  markedGuests(): MarkedGuest[];
}

export interface HostApiParts {
  readonly control: HostControl;
  readonly secrets: HostSecretsStore;
  /** Goes the way to a host step by step. */
  readonly test: (
    target: HostTestTarget,
    way: { readonly secrets: SecretsProvider; readonly acceptHostKey: string | undefined },
  ) => Promise<HostTest>;
}

type Add = Parsed<'host.add'>;
type Set = Parsed<'host.set'>;

export function findHost(reader: Reader, ref: string, field?: string): Host {
  return resolveOne(findHosts(reader, ref), ref, {
    what: 'host',
    notFound: 'host.not_found',
    ...(field !== undefined && { field }),
  });
}

function isSamePlace(one: Host['address'], other: Host['address']): boolean {
  if (one.kind === 'local' || other.kind === 'local') return one.kind === other.kind && one.uri === other.uri;
  const place = ({ address, port, socket, uri }: typeof one): string =>
    JSON.stringify([address.toLowerCase(), port ?? 22, socket ?? null, uri]);
  return place(one) === place(other);
}

function refuseTwice(reader: Reader, { name, address, force }: Add): void {
  refuseTaken(findHosts(reader, name), name, 'host');
  const there = listHosts(reader).find((host) => isSamePlace(host.address, address));
  if (there === undefined || force) return;
  throw new ExpectedError('conflict', `That host is there already, as “${there.name}”.`, {
    field: 'address',
    remedy: `Use “${there.name}”. Two hosts that are one would count its memory and disk twice.`,
  });
}

function storeHost(tx: Tx, input: Add): Host {
  refuseTwice(tx, input);
  return insertHost(tx, {
    id: tx.uuid(),
    name: input.name,
    address: input.address,
    pool: DEFAULT_POOL,
    network: DEFAULT_NETWORK,
    virtMode: 'automatic',
    createdAt: tx.now(),
  });
}

function changeOf(host: Host, input: Set): HostChange {
  const { name, enabled, disabledReason, virtMode, pool, network } = input;
  // A reason belongs to a host that is disabled: enabling it takes the reason away.
  const reason = enabled === true ? null : disabledReason;
  if (typeof reason === 'string' && (enabled ?? host.enabled)) {
    throw new ExpectedError('bad_input', 'A host that is enabled has no reason for being disabled.', {
      field: 'disabledReason',
      remedy: 'Disable it in the same call, or leave the reason out.',
    });
  }
  return { name, enabled, disabledReason: reason, virtMode, pool, network };
}

function setHost(tx: Tx, host: Host, input: Set): void {
  if (input.name !== undefined) refuseTaken(findHosts(tx, input.name), input.name, 'host', host.id);
  updateHost(tx, host.id, changeOf(host, input));
  const name = input.name ?? host.name;
  setInventory(tx, host.id, name, 'VCPU', { allocationRatio: input.cpuRatio, reserved: input.reservedVcpus });
  setInventory(tx, host.id, name, 'MEMORY_MB', {
    allocationRatio: input.ramRatio,
    reserved: input.reservedRam,
  });
  setInventory(tx, host.id, name, 'DISK_GB', {
    allocationRatio: input.diskRatio,
    reserved: input.reservedDisk,
  });
}

/** The driver was made for these: with others it has to be made anew. */
function needsNewDriver(before: Host, after: Host): boolean {
  return before.pool !== after.pool || before.network !== after.network || before.virtMode !== after.virtMode;
}

export function hostHandlers(
  database: Database,
  { control, secrets, test }: HostApiParts,
): Handlers<keyof typeof hostMethods | 'guest.list'> {
  const show = (id: string): Host => findHost(database, id);

  async function testStored(
    { address, id, pool, network, virtMode }: Host,
    given: HostSecrets | undefined,
    acceptHostKey: string | undefined,
  ): Promise<HostTest> {
    const provider: SecretsProvider = async (need) =>
      given?.[need.kind] === undefined ? secrets.providerFor(id)(need) : secretsProvider(given)(need);
    return test({ address, pool, network, virtMode }, { secrets: provider, acceptHostKey });
  }

  async function addHost(input: Add): Promise<Output<'host.add'>> {
    secrets.assertCanKeep(input.secrets);
    refuseTwice(database, input);
    const way = { secrets: secretsProvider(input.secrets), acceptHostKey: input.acceptHostKey };
    const result = await test({ address: input.address }, way);
    if (!result.ok && !input.force) return { host: null, test: result };
    // Somebody may have taken the name while the host was tested.
    const { id } = database.write((tx) => storeHost(tx, input));
    if (input.secrets !== undefined) await secrets.keep(id, input.secrets);
    await control.connect(id);
    return { host: show(id), test: result };
  }

  return {
    'host.add': addHost,
    'host.test': (input) => {
      secrets.assertCanKeep(input.secrets);
      if ('ref' in input)
        return testStored(findHost(database, input.ref), input.secrets, input.acceptHostKey);
      const way = { secrets: secretsProvider(input.secrets), acceptHostKey: input.acceptHostKey };
      return test({ address: input.address }, way);
    },
    'host.list': () => listHosts(database),
    'host.show': ({ ref }) => findHost(database, ref),
    'host.set': async (input) => {
      const before = findHost(database, input.ref);
      database.write((tx) => setHost(tx, before, input));
      if (needsNewDriver(before, show(before.id))) await control.connect(before.id);
      return show(before.id);
    },
    'host.connect': async ({ ref, secrets: given }) => {
      const { id } = findHost(database, ref);
      if (given !== undefined) await secrets.keep(id, given);
      await control.connect(id);
      return show(id);
    },
    'host.remove': async ({ ref, force }) => {
      const { id } = findHost(database, ref);
      database.write((tx) => removeHost(tx, id, force));
      await control.disconnect(id);
      await secrets.forget(id);
      return { id };
    },
    'guest.list': ({ host }) =>
      control.foreignGuests(host === undefined ? undefined : findHost(database, host).id),
  };
}
