import { randomUUID } from 'node:crypto';
import { createFakeDriver } from '../../core/compute/fake/fake-driver.ts';
import { FakeHost } from '../../core/compute/fake/fake-host.ts';
import { createControlPlane } from '../../core/control-plane.ts';
import { Host, Instance } from '../../core/contract/index.ts';
import { silentLog } from '../../core/domain/log.ts';
import { processCaller } from '../../core/identity/context.ts';
import { claim } from '../../core/placement/allocations.ts';
import { databaseFile, openDatabase, type Tx } from '../../core/state/database.ts';
import { transition } from '../../core/state/instance-changes.ts';
import { insertInstance } from '../../core/state/instances.ts';
import { q } from '../../core/state/query.ts';
import { until } from '../lab/run.ts';
import { addHost } from './host-tables.ts';

/*
 * memory-process.ts fill HOME HOSTS INSTANCES: fills a data folder.
 * memory-process.ts hold HOME: lets the whole control plane look after it over hosts in memory, and prints the resident
 * set in bytes once everything has been looked at. Filling is another process's, so that it leaves nothing here.
 */

const [what = '', home = '', hostCount = '1', instanceCount = '1'] = process.argv.slice(2);
const FLAVOR = {
  id: 'bench',
  name: 'bench',
  vcpus: 1,
  ram: 512,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
};
const RESOURCES = { VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 };

function addInstance(tx: Tx, hostId: string): void {
  const id = randomUUID();
  const domainName = `micronova-${id}`;
  insertInstance(tx, {
    id,
    name: 'web',
    hostname: 'web',
    domainName,
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
  const set = { hostId, vmState: 'active', taskState: null, powerState: 'RUNNING' } as const;
  transition(tx, id, { set });
  const shares = [{ providerId: hostId, resources: RESOURCES }];
  claim(tx, { consumerId: id, consumerGeneration: null, shares });
}

function fill(): void {
  const database = openDatabase(databaseFile(home), { log: silentLog });
  const perHost = Math.ceil(Number(instanceCount) / Number(hostCount));
  for (let n = 0; n < Number(hostCount); n++) {
    database.write((tx) => {
      const hostId = addHost(tx, `host${n}`);
      for (let m = 0; m < perHost; m++) addInstance(tx, hostId);
    });
  }
  database.close();
}

/** The hosts with the guests that the tables say they have. */
function makeFakes(): Map<string, FakeHost> {
  const facts = { vcpus: 256, ram: 1024 ** 2, disk: 100_000 };
  const fakes = new Map<string, FakeHost>();
  const database = openDatabase(databaseFile(home), { log: silentLog });
  for (const row of database.all(q.selectFrom('instances').select(['id', 'host_id', 'domain_name']))) {
    const fake = fakes.get(row.host_id ?? '') ?? new FakeHost({ facts });
    fakes.set(row.host_id ?? '', fake);
    const spec = { id: row.id, domainName: row.domain_name, flavor: FLAVOR };
    fake.domains.set(row.id, {
      spec,
      powerState: 'RUNNING',
      saved: false,
      rescue: false,
      passwords: new Map(),
      deaf: false,
      log: '',
      boots: 1,
    });
  }
  database.close();
  return fakes;
}

async function hold(): Promise<void> {
  const fakes = makeFakes();
  const plane = await createControlPlane({
    home,
    owner: 'command',
    version: '0.0.0',
    log: silentLog,
    openDriver: ({ id }) => Promise.resolve(createFakeDriver(fakes.get(id) ?? new FakeHost())),
  });
  const call = (method: string, input: unknown) => plane.call(method, input, processCaller());
  const connected = async () => {
    const hosts = Host.array().parse(await call('host.list', {}));
    return (
      hosts.every(({ connection, lastSeenAt }) => connection === 'connected' && lastSeenAt !== null) ||
      undefined
    );
  };
  await until('all hosts to be connected', connected, 240_000);
  const instances = Instance.array().parse(await call('instance.list', {}));
  const lost = instances.filter(({ vmState }) => vmState !== 'active').length;
  if (lost > 0) throw new Error(`${lost} instances of ${instances.length} were lost`);
  await call('scheduler.room', { flavor: 'm1.nano' });
  globalThis.gc?.();
  process.stdout.write(`${process.memoryUsage().rss}\n`);
}

if (what === 'fill') fill();
else await hold();
process.exit(0);
