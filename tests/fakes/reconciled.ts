import { apiHandlers } from '../../core/api/handlers.ts';
import { ConsoleTickets } from '../../core/api/console-tickets.ts';
import { createRouter } from '../../core/api/router.ts';
import type { FakeHost } from '../../core/compute/fake/fake-host.ts';
import { conductorOperations } from '../../core/conductor/operations.ts';
import { conductorOversight } from '../../core/conductor/oversight.ts';
import { type Call, contract, type Finding, type MethodName } from '../../core/contract/index.ts';
import { silentLog } from '../../core/domain/log.ts';
import { createContext } from '../../core/identity/context.ts';
import { systemClock } from '../../core/queue/clock.ts';
import { TaskRunner } from '../../core/queue/task-runner.ts';
import { HostSecretsStore } from '../../core/transport/secrets.ts';
import type { InstanceChange } from '../../core/state/instance-changes.ts';
import { HostCare } from './host-care.ts';

const nowhere = () => Promise.reject(new Error('hosts have tests of their own'));
const images = { path: () => '/nowhere', import: nowhere, fetch: nowhere, remove: () => Promise.resolve() };

/** Fake hosts that are looked after, with the API before and the conductor behind them. */
export class Reconciled extends HostCare {
  readonly runner: TaskRunner;
  readonly #route: ReturnType<typeof createRouter>;

  constructor() {
    super();
    const { database, manager } = this;
    const parts = { database, clock: systemClock, log: silentLog };
    const isConnected = (hostId: string) => manager.isConnected(hostId);
    const operations = conductorOperations({ ...parts, drivers: manager, images });
    this.runner = new TaskRunner({ ...parts, operations, isConnected, oversight: conductorOversight });
    this.runner.start();
    const handlers = apiHandlers({
      database,
      drivers: manager,
      tasks: this.runner,
      tickets: new ConsoleTickets(),
      hosts: { control: manager, secrets: new HostSecretsStore(null), test: nowhere },
      inventory: manager,
      sshFolder: '/nonexistent',
      facts: { version: '0', home: '/home', owner: 'serve', notices: [] },
    });
    this.#route = createRouter(handlers, { log: silentLog, checkOutput: true });
  }

  readonly call: Call = async <M extends MethodName>(method: M, input: unknown) => {
    const output = await this.#route(method, input, createContext({ user: 'me' }));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just parsed by the method's own schema
    return contract[method].output.parse(output) as Awaited<ReturnType<typeof this.call<M>>>;
  };

  /** Findings after a full look. */
  look(): Promise<Finding[]> {
    return this.call('finding.list', { look: true });
  }

  hostOf(id: string): FakeHost {
    const fake = this.fakes.get(id);
    if (fake === undefined) throw new Error(`there is no host ${id}`);
    return fake;
  }

  /** A connected host. */
  async connected(name: string) {
    const host = this.addHost(name);
    await this.manager.connect(host.id);
    return host;
  }

  /** An instance that runs, with its disks, and was looked at once. */
  async running(hostId: string, set: InstanceChange = {}): Promise<string> {
    const id = this.addInstance(hostId, { vmState: 'active', powerState: 'RUNNING', ...set }, 'RUNNING');
    this.fakes.get(hostId)?.disks.set(id, { root: 'image', configDrive: true });
    await this.manager.look([hostId]);
    // It gets its mark.
    await this.runner.idle();
    return id;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.runner.stop();
    await super[Symbol.asyncDispose]();
  }
}
