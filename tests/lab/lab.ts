import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { ask } from './control.ts';
import { LabHost } from './host.ts';
import type { LabInfo } from './info.ts';
import { makeRunFolder, removeRunFolder, sweepDeadRuns } from './run-folder.ts';

/**
 * Real libvirt hosts on this machine, each with namespaces, libvirtd, sshd, storage and network of its own. The machine's
 * own libvirt, network and accounts are not touched. Linux, and root, only.
 */
export class Lab {
  readonly info: LabInfo;
  readonly hosts: readonly LabHost[];
  /** private key that opens every account of every host */
  readonly key: string;
  /** of account operator */
  readonly password: string;
  readonly #keeper: ChildProcess | null;

  private constructor(info: LabInfo, keeper: ChildProcess | null) {
    this.info = info;
    this.hosts = info.hosts.map((host) => new LabHost(info, host));
    this.key = info.key;
    this.password = info.password;
    this.#keeper = keeper;
  }

  /** Why no lab can be had here, or null. */
  static obstacle(): string | null {
    if (process.platform !== 'linux') return 'the lab needs Linux';
    return process.getuid?.() === 0 ? null : 'the lab needs root, for namespaces and libvirtd';
  }

  /** Brings the hosts up; they go down with `down()`, or with this process however it ends. */
  static async up(options: { readonly hosts?: number } = {}): Promise<Lab> {
    const obstacle = Lab.obstacle();
    if (obstacle !== null) throw new Error(obstacle);
    await sweepDeadRuns();
    const folder = await makeRunFolder();
    const keeper = spawn(
      process.execPath,
      [join(import.meta.dirname, 'supervisor.ts'), folder, String(options.hosts ?? 2)],
      // Its own session: a Ctrl-C in the terminal must not take the hosts from under tests that are still cleaning up.
      { stdio: ['pipe', 'pipe', 'inherit'], detached: true, env: { ...process.env, NODE_OPTIONS: '' } },
    );
    for await (const line of createInterface({ input: keeper.stdout })) {
      for (const handle of [keeper, keeper.stdin, keeper.stdout]) (handle as Partial<ChildProcess>).unref?.();
      return new Lab(JSON.parse(line) as LabInfo, keeper);
    }
    await removeRunFolder(folder);
    throw new Error('the lab did not come up; its reason stands above');
  }

  /** The lab that another process of this test run keeps. */
  static attach(info: LabInfo): Lab {
    return new Lab(info, null);
  }

  /** Host by number, from 1. @throws Error when the lab has no such host */
  host(number: number): LabHost {
    const found = this.hosts.find((host) => host.number === number);
    if (found === undefined) throw new Error(`the lab has no host ${number}`);
    return found;
  }

  /** Takes everything down and removes it. */
  async down(): Promise<void> {
    if (this.#keeper === null) throw new Error('only the process that brought the lab up takes it down');
    const { exitCode, signalCode } = this.#keeper;
    if (exitCode !== null || signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#keeper?.once('exit', () => resolve()));
    this.#keeper.ref();
    await ask(this.info.control, { op: 'down', host: 0 });
    this.#keeper.stdin?.end();
    await gone;
  }
}
