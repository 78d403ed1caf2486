// Keeps one lab: its hosts, wires and folder live exactly as long as this process, and this process as long as the pipe
// on its standard input. Started by Lab.up with the folder and the number of hosts; prints one line of JSON when ready.
import type { Server } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { serveControl, type ControlRequest } from './control.ts';
import { writeHostFiles, type HostSpec } from './host-files.ts';
import { bootHost, killHost, startSwitch, type RunningHost } from './host-process.ts';
import { Relay } from './relay.ts';
import { markRunFolder, removeRunFolder } from './run-folder.ts';
import type { HostInfo, LabInfo } from './info.ts';
import { run } from './run.ts';

interface Kept {
  readonly spec: HostSpec;
  readonly relay: Relay;
  running: RunningHost | null;
}

class Supervisor {
  readonly #folder: string;
  readonly #hosts: Kept[] = [];
  #switchPid = 0;
  #control: Server | null = null;
  #ending: Promise<void> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async up(count: number): Promise<LabInfo> {
    await markRunFolder(this.#folder);
    const keys = join(this.#folder, 'keys');
    const key = join(keys, 'id_ed25519');
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'micronova-lab', '-f', key]);
    await run(['cp', `${key}.pub`, join(keys, 'authorized_keys')]);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const neighbours = new Map(numbers.map((n) => [`10.77.0.${n}`, `h${n}`]));
    const password = crypto.randomUUID();
    this.#switchPid = (await startSwitch()).pid ?? 0;
    const hosts = await Promise.all(
      numbers.map((number) => {
        const folder = join(this.#folder, `h${number}`);
        const address = `10.77.0.${number}`;
        return this.#addHost({ number, name: `h${number}`, address, folder, keys, password, neighbours });
      }),
    );
    const control = join(this.#folder, 'control.sock');
    this.#control = await serveControl(control, (request) => this.#handle(request));
    return { folder: this.#folder, control, key, password, keeper: process.pid, hosts };
  }

  async #addHost(spec: HostSpec): Promise<HostInfo> {
    await writeHostFiles(spec);
    const relay = await Relay.listen(join(spec.folder, 'ssh.sock'));
    const kept: Kept = { spec, relay, running: null };
    this.#hosts.push(kept);
    kept.running = await bootHost(spec, basename(this.#folder), this.#switchPid);
    const { number, name, address, folder } = spec;
    return { number, name, address, folder, port: relay.port };
  }

  async #handle(request: ControlRequest): Promise<void> {
    if (request.op === 'down') return this.down();
    const kept = this.#hosts.find(({ spec }) => spec.number === request.host);
    if (kept === undefined) throw new Error('there is no such host');
    if (request.op === 'cut') kept.relay.cut(request.afterBytes);
    else if (request.op === 'close') kept.relay.close(request.afterBytes);
    else if (request.op === 'restore') kept.relay.restore();
    else if (request.op === 'powerCut') await this.#powerCut(kept);
    else await this.#powerOn(kept);
  }

  async #powerCut(kept: Kept): Promise<void> {
    if (kept.running === null) return;
    const { running } = kept;
    kept.running = null;
    await killHost(kept.spec, running);
    kept.relay.close();
  }

  async #powerOn(kept: Kept): Promise<void> {
    kept.running ??= await bootHost(kept.spec, basename(this.#folder), this.#switchPid);
  }

  down(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    for (const kept of this.#hosts) {
      await this.#powerCut(kept);
      await kept.relay.end();
    }
    this.#control?.close();
    if (this.#switchPid > 0) process.kill(this.#switchPid, 'SIGKILL');
    await removeRunFolder(this.#folder);
  }
}

const [folder = '', count = '2'] = process.argv.slice(2);
const supervisor = new Supervisor(folder);
/** milliseconds for an orderly end; hosts die with this process anyway, and the next run sweeps up what is left */
const PATIENCE = 30_000;
const leave = (): void => {
  setTimeout(() => process.exit(1), PATIENCE).unref();
  void supervisor.down().finally(() => process.exit(0));
};
process.stdin.on('end', leave).on('error', leave).resume();
process.on('SIGTERM', leave);
// The terminal's Ctrl-C is for the test run; we follow when its pipe closes.
process.on('SIGINT', () => undefined);

try {
  const info = await supervisor.up(Number(count));
  await writeFile(join(folder, 'lab.json'), JSON.stringify(info));
  process.stdout.write(`${JSON.stringify(info)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await supervisor.down();
  process.exit(1);
}
