import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { ConsoleTickets } from './api/console-tickets.ts';
import { prepareFirstStart } from './api/first-start.ts';
import { apiHandlers } from './api/handlers.ts';
import type { HostApiParts } from './api/hosts.ts';
import { sweepPasswords } from './api/instances/instance-password.ts';
import { createRouter, type Router } from './api/router.ts';
import { conductorOperations } from './conductor/operations.ts';
import { Reclaimer } from './conductor/reclaimer.ts';
import { conductorOversight } from './conductor/oversight.ts';
import type { SystemStatus } from './contract/index.ts';
import { DailyBackups } from './daily-backups.ts';
import { ExpectedError } from './domain/errors.ts';
import type { Log } from './domain/log.ts';
import { type Caller, createContext, processCaller } from './identity/context.ts';
import { makeControlIdentity } from './identity/control.ts';
import { ImageStore } from './image/store.ts';
import { HostManager } from './inventory/host-manager.ts';
import type { OpenDriver } from './inventory/host-session.ts';
import { testHost } from './inventory/host-test.ts';
import { openLibvirtDrivers } from './inventory/open-driver.ts';
import { openLogFile } from './log-file.ts';
import { type Clock, systemClock } from './queue/clock.ts';
import { TaskRunner } from './queue/task-runner.ts';
import { type Database, databaseFile, type EventListener, openDatabase } from './state/database.ts';
import { listImageIds } from './state/images.ts';
import { pruneHistory } from './state/prune.ts';
import { salvageInstances } from './state/file/salvage.ts';
import { getSettings } from './state/settings.ts';
import { createKnownHosts } from './transport/known-hosts-store.ts';
import { currentEnvironment, type Environment, sshFiles } from './transport/platform.ts';
import { HostSecretsStore, type SecretStore, secretsProvider } from './transport/secrets.ts';

export interface ControlPlaneOptions {
  /** the data folder; made where there is none, and owned until `close` */
  readonly home: string;
  readonly owner: SystemStatus['owner'];
  readonly version: string;
  /** left out: a file in the data folder */
  readonly log?: Log;
  /** the operating system's key store, where the caller can reach it */
  readonly secretStore?: SecretStore;
  /** path of the tiny guest image that set-up has built */
  readonly guestImage?: string;
  /** the way to a host; left out: libvirt, over SSH or this computer's sockets */
  readonly openDriver?: OpenDriver;
  /** puts something between Micronova and its hosts: for tests that end a process, or a link, at a certain step */
  readonly around?: (open: OpenDriver) => OpenDriver;
  readonly environment?: Environment;
  /** left out: this computer's */
  readonly surroundings?: Surroundings;
}

/** Time, chance and storage, for a simulation that has its own. */
export interface Surroundings {
  readonly clock: Clock;
  /** from 0 up to 1 */
  readonly random: () => number;
  readonly uuid: () => string;
  readonly database: Database;
  readonly images: Images;
}

type Images = Pick<ImageStore, 'path' | 'import' | 'fetch' | 'remove' | 'sweep'>;

/** The whole of Micronova but its doors: window, local socket and command line are adapters over this. */
export interface ControlPlane {
  /** @throws ExpectedError only */
  call(method: string, input: unknown, caller: Caller): Promise<unknown>;
  /** Hears every contract event, in order. */
  subscribe(listener: EventListener): Disposable;
  /**
   * The byte pipe behind a ticket of `console.open`. A ticket is good once, and for 30 seconds.
   * @throws ExpectedError `instance.no_console`
   */
  redeemConsole(ticket: string): Promise<Duplex>;
  /** Settles when no task is running, and none is queued that could run. */
  idle(): Promise<void>;
  /** Stops taking work, lets go of the hosts and of the data folder. Unfinished tasks go on at the next start. */
  close(): Promise<void>;
}

/** The way to hosts, for those who look after them and for those who test it. */
function waysToHosts(database: Database, log: Log, { home, environment, secretStore }: ControlPlaneOptions) {
  const knownHosts = createKnownHosts(home, environment);
  const secrets = new HostSecretsStore(secretStore ?? null);
  // Read anew for each connection: it may be set while Micronova runs.
  const control = makeControlIdentity(database, `${processCaller().user}@${hostname()}`);
  const linkTimeout = () => getSettings(database).linkTimeout;
  const openDriver: OpenDriver = (host, step) =>
    openLibvirtDrivers({ knownHosts, secrets, log, control, environment, linkTimeout: linkTimeout() })(
      host,
      step,
    );
  const test: HostApiParts['test'] = (target, way) =>
    testHost(target, { ...way, knownHosts, environment, linkTimeout: linkTimeout() });
  return { secrets, openDriver, test };
}

function wayOf({ openDriver, around }: ControlPlaneOptions, usual: OpenDriver): OpenDriver {
  const open = openDriver ?? usual;
  return around?.(open) ?? open;
}

/** What must be in order before the first task is taken. @returns notices for the person */
async function prepareState(
  database: Database,
  { images, test }: { images: Images; test: HostApiParts['test'] },
  options: ControlPlaneOptions,
) {
  database.write(pruneHistory);
  database.write(sweepPasswords);
  const salvaged = database.write(salvageInstances);
  const unknown = await images.sweep(new Set(listImageIds(database)));
  const missing = await prepareFirstStart(database, {
    environment: options.environment ?? currentEnvironment(),
    letsIn: (uri) => letsIn(test, uri),
    guestImage: options.guestImage,
    context: createContext(processCaller()),
  });
  return [...salvaged, ...unknownImages(unknown), ...missing];
}

async function letsIn(
  test: HostApiParts['test'],
  uri: 'qemu:///system' | 'qemu:///session',
): Promise<boolean> {
  const way = { secrets: secretsProvider(undefined), acceptHostKey: undefined };
  const { steps } = await test({ address: { kind: 'local', uri } }, way);
  return steps.some(({ step, result }) => step === 'libvirt' && result === 'ok');
}

function unknownImages(files: readonly string[]): string[] {
  if (files.length === 0) return [];
  return [
    `Image files that no image in the list belongs to: ${files.join(', ')}. Create images of them, or delete the files.`,
  ];
}

/**
 * Starts Micronova on a data folder: nothing is connected yet when this answers, and unfinished tasks go on.
 * @throws ExpectedError `state.in_use` when another Micronova owns the folder, and the other `state.*`
 */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  await using stack = new AsyncDisposableStack();
  const { home, owner, version, surroundings } = options;
  const { clock = systemClock, random = Math.random } = surroundings ?? {};
  const log = options.log ?? stack.use(openLogFile(home)).log;
  const database = surroundings?.database ?? openDatabase(databaseFile(home), { log });
  stack.defer(() => database.close());
  // The first thing done: what goes wrong from here on must not be all that is left.
  stack.use(new DailyBackups({ database, clock, log })).start();
  const { secrets, openDriver, test } = waysToHosts(database, log, options);
  const images = surroundings?.images ?? new ImageStore(join(home, 'images'));
  const notices = await prepareState(database, { images, test }, options);
  const hosts = stack.use(
    new HostManager({ database, openDriver: wayOf(options, openDriver), log, clock, random }),
  );
  stack.use(new Reclaimer({ database, clock, log }));
  const operations = conductorOperations({ database, drivers: hosts, images, clock, random, log });
  const isConnected = (hostId: string) => hosts.isConnected(hostId);
  const oversight = conductorOversight;
  const tasks = stack.use(new TaskRunner({ database, operations, clock, log, isConnected, oversight }));
  const tickets = new ConsoleTickets();
  stack.defer(() => tickets.close());
  const handlers = apiHandlers({
    database,
    drivers: hosts,
    tasks,
    tickets,
    hosts: { control: hosts, secrets, test },
    inventory: hosts,
    sshFolder: sshFiles(options.environment).folder,
    facts: { home, owner, version, notices },
  });
  const route = createRouter(handlers, { log, checkOutput: IN_CHECKOUT });
  hosts.start();
  tasks.start();
  log.info({ home, owner, version }, 'the control plane is up');
  return openDoors(stack.move(), { database, route, tasks, tickets, uuid: surroundings?.uuid });
}

// Answers are held against the contract only where the sources themselves run: the bundled app has no time to lose.
const IN_CHECKOUT = import.meta.url.endsWith('.ts');

interface Inside {
  readonly uuid?: (() => string) | undefined;
  readonly database: Database;
  readonly route: Router;
  readonly tasks: TaskRunner;
  readonly tickets: ConsoleTickets;
}

function openDoors(
  stack: AsyncDisposableStack,
  { database, route, tasks, tickets, uuid }: Inside,
): ControlPlane {
  let closing: Promise<void> | undefined;
  const refuseWhenClosed = () => {
    if (closing !== undefined) throw new ExpectedError('cancelled', 'Micronova is shutting down.');
  };
  return {
    call: async (method, input, caller) => {
      refuseWhenClosed();
      return await route(method, input, createContext(caller, uuid));
    },
    subscribe: (listener) => database.subscribe(listener),
    redeemConsole: async (ticket) => {
      refuseWhenClosed();
      return tickets.redeem(ticket);
    },
    idle: () => tasks.idle(),
    close: () => (closing ??= stack.disposeAsync()),
  };
}
