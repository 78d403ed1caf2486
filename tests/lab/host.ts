import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './accounts.ts';
import { ask, type ControlRequest } from './control.ts';
import type { HostInfo, LabInfo } from './info.ts';
import { takeInventory, type Inventory } from './inventory.ts';
import { run, until, type RunOptions, type RunResult } from './run.ts';

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** One libvirt host of the lab. The machine reaches its sshd at 127.0.0.1:`port`. */
export class LabHost {
  readonly number: number;
  readonly name: string;
  /** for the other hosts of the lab */
  readonly address: string;
  readonly port: number;
  readonly folder: string;
  readonly #lab: LabInfo;

  constructor(lab: LabInfo, info: HostInfo) {
    this.number = info.number;
    this.name = info.name;
    this.address = info.address;
    this.port = info.port;
    this.folder = info.folder;
    this.#lab = lab;
  }

  /** `ssh://ACCOUNT@127.0.0.1:PORT` */
  url(account: Account = 'root'): string {
    return `ssh://${account}@127.0.0.1:${this.port}`;
  }

  /** The host's public key as `type base64`. */
  hostKey(type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519'): string {
    const line = readFileSync(join(this.folder, `ssh_host_${type}_key.pub`), 'utf8');
    return line.split(' ').slice(0, 2).join(' ');
  }

  /** The host's line for a known_hosts file. */
  knownHostsLine(type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519'): string {
    return `[127.0.0.1]:${this.port} ${this.hostKey(type)}`;
  }

  /** As `ssh-keygen -l` prints it: `SHA256:…` */
  async fingerprint(type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519'): Promise<string> {
    const file = join(this.folder, `ssh_host_${type}_key.pub`);
    return (await run(['ssh-keygen', '-l', '-f', file])).stdout.split(' ')[1] ?? '';
  }

  /** Runs a command on the host, as root. @throws Error when it fails, unless `allowFailure` */
  async exec(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const pid = await readFile(join(this.folder, 'pid'), 'utf8').catch(() => null);
    if (pid === null) throw new Error(`lab host ${this.name} is switched off`);
    const env = { PATH: SYSTEM_PATH, HOME: '/run/home/root', LC_ALL: 'C', ...options.env };
    return run(['nsenter', '-t', pid, '-a', '--wd=/', '--', ...argv], { ...options, env });
  }

  /** @returns what the shell script printed */
  async sh(script: string, options: RunOptions = {}): Promise<string> {
    return (await this.exec(['bash', '-ec', script], options)).stdout;
  }

  /** @returns what virsh printed */
  async virsh(...args: string[]): Promise<string> {
    return (await this.exec(['virsh', '-c', 'qemu:///system', ...args])).stdout;
  }

  async writeFile(path: string, content: string | Uint8Array): Promise<void> {
    await this.exec(['dd', `of=${path}`, 'status=none'], { input: content });
  }

  inventory(): Promise<Inventory> {
    return takeInventory(this);
  }

  async stopLibvirtd(): Promise<void> {
    await this.sh('kill "$(cat /run/libvirtd.pid)"; while pgrep -x libvirtd >/dev/null; do sleep 0.02; done');
    // What a stopped service leaves under systemd: no socket at all.
    await this.sh('rm -f /run/libvirt/libvirt-sock /run/libvirt/libvirt-sock-ro');
  }

  async startLibvirtd(): Promise<void> {
    await this.sh('libvirtd -d && virsh -q uri >/dev/null');
  }

  async restartLibvirtd(): Promise<void> {
    await this.stopLibvirtd();
    await this.startLibvirtd();
  }

  /** libvirtd stands still: its sockets stay open, and nothing is answered. */
  async freezeLibvirtd(): Promise<void> {
    await this.sh('kill -STOP "$(cat /run/libvirtd.pid)"');
  }

  async thawLibvirtd(): Promise<void> {
    await this.sh('kill -CONT "$(cat /run/libvirtd.pid)"');
  }

  /** The wire goes dead without a word: bytes stop, nothing is closed. @param afterBytes let so many pass first */
  cutLink(afterBytes = 0): Promise<void> {
    return this.#ask({ op: 'cut', afterBytes });
  }

  /** Every connection to the host is reset; new ones are served. @param afterBytes let so many pass first */
  closeLink(afterBytes = 0): Promise<void> {
    return this.#ask({ op: 'close', afterBytes });
  }

  restoreLink(): Promise<void> {
    return this.#ask({ op: 'restore' });
  }

  /** Guests, daemons and connections are gone at once; disks and definitions stay. */
  powerCut(): Promise<void> {
    return this.#ask({ op: 'powerCut' });
  }

  /** Boots the host again after `powerCut`. */
  powerOn(): Promise<void> {
    return this.#ask({ op: 'powerOn' });
  }

  /** A running directory pool that holds `mebibytes` and not a byte more; gone with the next power cut. */
  async smallPool(name: string, mebibytes: number): Promise<void> {
    const folder = `/var/lib/libvirt/${name}`;
    await this.sh(`mkdir -p ${folder} && mount -t tmpfs -o size=${mebibytes}m,mode=711 ${name} ${folder}`);
    await this.virsh('-q', 'pool-create-as', name, 'dir', '--target', folder);
  }

  async removeSmallPool(name: string): Promise<void> {
    await this.virsh('-q', 'pool-destroy', name);
    await this.sh(`umount -l /var/lib/libvirt/${name} && rmdir /var/lib/libvirt/${name}`);
  }

  /** Leaves `kibibytes` free in a small pool. Its `virsh pool-info` changes after the next refresh. */
  async fillDisk(pool: string, kibibytes = 0): Promise<void> {
    const folder = `/var/lib/libvirt/${pool}`;
    // tmpfs hands out whole pages, so what is left is rounded down to 4 KiB.
    await this.sh(`free=$(df --output=avail -k ${folder} | tail -1)
      head -c $(( (free - ${kibibytes}) * 1024 )) /dev/zero > ${folder}/.filler`);
  }

  async freeDisk(pool: string): Promise<void> {
    await this.sh(`rm -f /var/lib/libvirt/${pool}/.filler`);
  }

  /**
   * Runs a command in a guest, logging in over the host's network as a user of the guest would.
   * @param key file of the private key
   * @throws Error when nobody answers within `timeout` milliseconds, or when the command fails
   */
  async guestSsh(ip: string, key: string, command: string, timeout = 60_000): Promise<string> {
    const options = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'BatchMode=yes',
      'LogLevel=ERROR',
    ];
    const flags = [...options, 'IdentitiesOnly=yes', 'ConnectTimeout=5'].flatMap((option) => ['-o', option]);
    const argv = ['ssh', '-F', 'none', ...flags, '-i', key, `root@${ip}`, command];
    return until(
      `SSH to guest ${ip} of ${this.name}`,
      async () => {
        const result = await this.exec(argv, { allowFailure: true });
        // 255 is ssh's own: nobody listens yet, or the key is not in place yet.
        if (result.code === 255) return undefined;
        if (result.code !== 0) throw new Error(`"${command}" in guest ${ip}: ${result.stderr.trim()}`);
        return result.stdout;
      },
      timeout,
    );
  }

  #ask(request: Omit<ControlRequest, 'host'>): Promise<void> {
    return ask(this.#lab.control, { ...request, host: this.number });
  }
}
