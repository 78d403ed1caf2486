import { randomUUID } from 'node:crypto';
import type { ComputeDriver } from '../../../core/compute/driver.ts';
import { silentLog } from '../../../core/domain/log.ts';
import { compare } from '../../../core/inventory/resync.ts';
import { LibvirtConnection } from '../../../core/libvirt/connection.ts';
import { domain } from '../../../core/libvirt/protocol/domain.ts';
import { type Database, databaseFile, openDatabase } from '../../../core/state/database.ts';
import { transition } from '../../../core/state/instance-changes.ts';
import { insertInstance } from '../../../core/state/instances.ts';
import { openLibvirtSocket } from '../../../core/transport/libvirt-socket.ts';
import { addHost } from '../host-tables.ts';
import type { Line } from '../pair.ts';
import { never, type World } from '../world.ts';

const DOMAINS = 5_000;
/** libvirt's own driver for tests: domains that are nothing but their definitions. Its state lasts as long as a connection to it. */
const URI = 'test:///default';

const FLAVOR = {
  id: 'bench',
  name: 'bench',
  vcpus: 1,
  ram: 64,
  disk: 0,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
};

async function define(world: World, ids: readonly string[]): Promise<void> {
  const { stream } = await openLibvirtSocket(await world.dial(URI), world.address(URI));
  // Stays open: with the last connection the domains are gone.
  const connection = await LibvirtConnection.open(stream, URI, {});
  const definitions = ids.map((id) =>
    connection.call(domain.defineXml, {
      xml: `<domain type='test'><name>bench-${id}</name><uuid>${id}</uuid><memory unit='MiB'>64</memory>
        <vcpu>1</vcpu><os><type>hvm</type></os></domain>`,
    }),
  );
  await Promise.all(definitions);
}

function fill(database: Database, ids: readonly string[]): string {
  return database.write((tx) => {
    const hostId = addHost(tx, 'bench');
    for (const id of ids) {
      insertInstance(tx, {
        id,
        name: 'bench',
        hostname: 'bench',
        domainName: `bench-${id}`,
        flavor: FLAVOR,
        imageId: null,
        imageName: null,
        keyName: null,
        publicKey: null,
        userData: null,
        metadata: {},
        mac: id,
        requestedHostId: null,
      });
      const state = { vmState: 'stopped', taskState: null, powerState: 'SHUTDOWN' } as const;
      transition(tx, id, { set: { hostId, ...state } });
    }
    return hostId;
  });
}

/** As the host's session does it: every guest of the host against its row. */
async function resync(driver: ComputeDriver, database: Database, hostId: string): Promise<void> {
  const guests = await driver.listGuests({ signal: never() });
  const ours = guests.filter(({ domainName }) => domainName.startsWith('bench-'));
  if (ours.length !== DOMAINS) throw new Error(`${ours.length} domains were listed`);
  const { busy } = compare(database, { hostId, guests, stale: new Set(), confirm: false });
  if (busy.length > 0) throw new Error(`${busy.length} rows were busy`);
}

/** A host with very many domains, looked through for the first time and once more, against `virsh list` on the host itself. */
export async function resyncLines(world: World): Promise<Line[]> {
  const ids = Array.from({ length: DOMAINS }, () => randomUUID());
  await define(world, ids);
  const database = openDatabase(databaseFile(world.path('resync')), { log: silentLog });
  const hostId = fill(database, ids);
  const driver = await world.openDriver(URI);
  const peer = {
    name: 'virsh list --all on the host',
    run: async () => {
      const out = await world.host.sh('virsh -c test+unix:///default list --all');
      if (out.split('bench-').length - 1 !== DOMAINS) throw new Error('virsh did not list every domain');
    },
  };
  const count = DOMAINS.toLocaleString('en');
  return [
    {
      name: `resync of ${count} domains`,
      ratio: 'time',
      aim: 5,
      rounds: 7,
      peer,
      ours: { name: 'list, and compare with the rows', run: () => resync(driver, database, hostId) },
    },
    {
      name: `first look at ${count} domains`,
      ratio: 'time',
      aim: 20,
      rounds: 3,
      peer,
      ours: {
        name: 'dial, log in, list with marks, compare',
        run: async () => {
          const fresh = await world.openDriver(URI);
          await resync(fresh, database, hostId);
          await fresh.close();
        },
      },
    },
  ];
}
