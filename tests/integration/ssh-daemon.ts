import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostAddress } from '../../core/contract/index.ts';
import { isExpected } from '../../core/domain/errors.ts';
import { createDialer } from '../../core/transport/create-dialer.ts';
import type { DialerDeps } from '../../core/transport/dial-options.ts';
import type { Link } from '../../core/transport/dialer.ts';
import { createKnownHosts, type KnownHosts } from '../../core/transport/known-hosts-store.ts';
import type { Environment } from '../../core/transport/platform.ts';
import { run, until } from '../lab/run.ts';

/** The port that a server was given. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP server');
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(port: number): Promise<true | undefined> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';

/** One OpenSSH server of the test's own, on a free port of 127.0.0.1, that lets root in with `key`. */
export class SshDaemon {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
  }

  /** @param lines more of sshd_config; the first word on a subject counts */
  static async start(
    world: SshWorld,
    lines: string[] = [],
    hostKeys: KeyType[] = ['ed25519'],
  ): Promise<SshDaemon> {
    const port = await freePort();
    const config = join(world.folder, `sshd-${port}.conf`);
    const keys = await Promise.all(hostKeys.map((type) => world.keygen(`host-${port}-${type}`, type)));
    const text = [
      ...lines,
      `ListenAddress 127.0.0.1:${port}`,
      ...keys.map((key) => `HostKey ${key}`),
      `PidFile ${join(world.folder, `sshd-${port}.pid`)}`,
      `AuthorizedKeysFile ${world.folder}/authorized_keys`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      'MaxStartups 100',
    ];
    await writeFile(config, `${text.join('\n')}\n`);
    // Debian's sshd wants its empty folder even where nothing is ever put into it.
    mkdirSync('/run/sshd', { recursive: true });
    const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await until('sshd', () => {
      if (child.exitCode !== null) throw new Error(`sshd ended: ${said.join('')}`);
      return listens(port);
    });
    const daemon = new SshDaemon(port, child);
    world.onEnd(() => daemon.stop());
    return daemon;
  }

  /** No new connections; those that are there live on. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill();
    await once(this.#process, 'exit');
  }

  async #children(): Promise<number[]> {
    const { stdout } = await run(['pgrep', '-P', String(this.#process.pid)], { allowFailure: true });
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  /** How many connections it serves. */
  async connections(): Promise<number> {
    return (await this.#children()).length;
  }

  /** The connections die as well. */
  async kill(): Promise<void> {
    for (const pid of await this.#children()) process.kill(pid, 'SIGKILL');
    await this.stop();
  }
}

interface Dial extends Partial<Omit<DialerDeps, 'knownHosts' | 'environment'>> {
  readonly deadline?: number;
  readonly signal?: AbortSignal;
}

/** A folder, a home and a key of the test's own, and all that was started in it. */
export class SshWorld {
  readonly folder: string;
  readonly environment: Environment;
  readonly knownHosts: KnownHosts;
  readonly #ends: (() => Promise<void> | void)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    const home = join(folder, 'home');
    this.environment = { platform: 'linux', env: {}, home, username: 'root', uid: 0, tmp: folder };
    this.knownHosts = createKnownHosts(join(folder, 'data'), this.environment);
  }

  static async create(): Promise<SshWorld> {
    const world = new SshWorld(await mkdtemp(join(tmpdir(), 'micronova-ssh-')));
    await mkdir(join(world.environment.home, '.ssh'), { recursive: true });
    await world.keygen('id', 'ed25519');
    await world.authorize('id');
    return world;
  }

  get key(): string {
    return join(this.folder, 'id');
  }

  onEnd(end: () => Promise<void> | void): void {
    this.#ends.push(end);
  }

  async end(): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
    await rm(this.folder, { recursive: true });
  }

  async keygen(name: string, type: KeyType, passphrase = ''): Promise<string> {
    const file = join(this.folder, name);
    const bits = type === 'rsa' ? ['-b', '2048'] : [];
    await run(['ssh-keygen', '-q', '-t', type, ...bits, '-N', passphrase, '-C', name, '-f', file]);
    return file;
  }

  async publicKey(name: string): Promise<string> {
    return (await readFile(join(this.folder, `${name}.pub`), 'utf8')).trim();
  }

  async authorize(...names: string[]): Promise<void> {
    const keys = await Promise.all(names.map((name) => this.publicKey(name)));
    await writeFile(join(this.folder, 'authorized_keys'), `${keys.join('\n')}\n`);
  }

  /** Writes a file of the home's `.ssh` folder. */
  write(file: 'config' | 'known_hosts', text: string): Promise<void> {
    return writeFile(join(this.environment.home, '.ssh', file), text);
  }

  async dial(address: Record<string, unknown>, options: Dial = {}): Promise<Link> {
    const { deadline, signal, ...deps } = options;
    const full = { kind: 'ssh', address: '127.0.0.1', user: 'root', identityFiles: [this.key], ...address };
    const environment = { ...this.environment, env: this.environment.env };
    const dialer = createDialer(HostAddress.parse(full), {
      ...deps,
      environment,
      knownHosts: this.knownHosts,
    });
    const link = await dialer.connect({ deadline, signal });
    this.onEnd(() => link.close());
    return link;
  }

  /** Dials as a person does who says yes to every new host key. */
  async dialTrusting(address: Record<string, unknown>, options: Dial = {}): Promise<Link> {
    let acceptHostKey: string | undefined;
    for (let keys = 0; keys < 4; keys += 1) {
      try {
        return await this.dial(address, { ...options, acceptHostKey });
      } catch (error) {
        if (!isExpected(error, 'transport.host_key_unknown')) throw error;
        acceptHostKey = String(error.details?.['fingerprint']);
      }
    }
    throw new Error('more new host keys than hops');
  }
}
