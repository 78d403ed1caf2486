import { randomUUID } from 'node:crypto';
import { ConsoleTickets } from '../../core/api/console-tickets.ts';
import { apiHandlers } from '../../core/api/handlers.ts';
import { createRouter } from '../../core/api/router.ts';
import type { TaskControl } from '../../core/api/tasks.ts';
import type { ComputeDriver } from '../../core/compute/driver.ts';
import { type Call, type ContractEvent, contract, type MethodName } from '../../core/contract/index.ts';
import { ExpectedError } from '../../core/domain/errors.ts';
import { silentLog } from '../../core/domain/log.ts';
import { timestamp } from '../../core/domain/time.ts';
import { createContext } from '../../core/identity/context.ts';
import { refreshInventory } from '../../core/placement/inventories.ts';
import { Findings } from '../../core/inventory/findings.ts';
import { openDatabase } from '../../core/state/database.ts';
import { insertHost, updateHost } from '../../core/state/hosts.ts';
import { insertImage } from '../../core/state/images.ts';
import { updateTask } from '../../core/state/tasks.ts';
import { HostSecretsStore } from '../../core/transport/secrets.ts';

const GIB = 1024 ** 3;

const nowhere = () => Promise.reject(new Error('hosts have tests of their own'));

/** The API over a database in memory. No task runs: what was put on the queue stays to be looked at. */
export function openApi({ sshFolder = '/nonexistent' }: { sshFolder?: string } = {}) {
  const database = openDatabase(':memory:', { log: silentLog });
  const events: ContractEvent[] = [];
  database.subscribe((event) => events.push(event));
  const drivers = new Map<string, ComputeDriver>();
  const registry = {
    get(hostId: string): ComputeDriver {
      const driver = drivers.get(hostId);
      if (driver === undefined) throw new ExpectedError('host.unavailable', 'The host is away.');
      return driver;
    },
    attempted: () => Promise.resolve(),
  };
  const tasks: TaskControl = {
    cancel: (tx, id) => void updateTask(tx, id, { set: { state: 'cancelled', finishedAt: timestamp() } }),
    progressOf: () => null,
  };
  const tickets = new ConsoleTickets();
  const handlers = apiHandlers({
    database,
    drivers: registry,
    tasks,
    tickets,
    hosts: {
      control: { connect: nowhere, disconnect: nowhere, markedGuests: () => [], foreignGuests: () => [] },
      secrets: new HostSecretsStore(null),
      test: nowhere,
    },
    inventory: { findings: new Findings(database), look: () => Promise.resolve() },
    sshFolder,
    facts: { version: '0', home: '/home', owner: 'serve', notices: [] },
  });
  const router = createRouter(handlers, { log: silentLog, checkOutput: true });
  const raw = (method: string, input: unknown) => router(method, input, createContext({ user: 'me' }));
  const call: Call = async <M extends MethodName>(method: M, input: unknown) => {
    const output = await raw(method, input);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just parsed by the method's own schema
    return contract[method].output.parse(output) as Awaited<ReturnType<typeof call<M>>>;
  };

  /** A connected host with 4 cores, 8 GiB of RAM and 100 GiB of disk. */
  function addHost(name = 'one') {
    return database.write((tx) => {
      const { id } = insertHost(tx, {
        id: randomUUID(),
        name,
        address: { kind: 'local', uri: 'qemu:///system' },
        pool: 'micronova',
        network: 'default',
        virtMode: 'automatic',
        createdAt: timestamp(),
      });
      refreshInventory(tx, id, name, { vcpus: 4, ram: 8192, disk: 100 });
      const host = updateHost(tx, id, { connection: 'connected' });
      if (host === undefined) throw new Error('the host was not stored');
      return host;
    });
  }

  function addImage(
    values: { name?: string; status?: 'active' | 'saving' | 'error'; virtualSize?: number } = {},
  ) {
    return database.write((tx) =>
      insertImage(tx, {
        id: randomUUID(),
        name: 'tiny',
        status: 'active',
        diskFormat: 'qcow2',
        size: 1024,
        virtualSize: GIB,
        sha256: 'ab'.repeat(32),
        minDisk: 0,
        minRam: 0,
        properties: {},
        createdAt: timestamp(),
        ...values,
      }),
    );
  }

  return {
    database,
    events,
    drivers,
    tickets,
    raw,
    call,
    addHost,
    addImage,
    addFlavor: (name = 'm1.tiny', disk = 1) => call('flavor.create', { name, vcpus: 1, ram: 512, disk }),
    [Symbol.dispose]: () => database.close(),
  };
}

export type Api = ReturnType<typeof openApi>;
