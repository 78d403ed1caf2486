import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComputeDriver, ImageSource } from '../../core/compute/driver.ts';
import { createLibvirtDriver } from '../../core/compute/libvirt/driver.ts';
import { HostAddress } from '../../core/contract/index.ts';
import { ImageStore } from '../../core/image/store.ts';
import { createDialer } from '../../core/transport/create-dialer.ts';
import { createKnownHosts } from '../../core/transport/known-hosts-store.ts';
import type { Link } from '../../core/transport/dialer.ts';
import { currentEnvironment } from '../../core/transport/platform.ts';
import { Lab } from '../lab/lab.ts';
import type { LabHost } from '../lab/host.ts';

/** What every line needs: the lab, a scratch folder, and both ways to its first host. */
export class World implements AsyncDisposable {
  readonly lab: Lab;
  readonly folder: string;

  private constructor(lab: Lab, folder: string) {
    this.lab = lab;
    this.folder = folder;
  }

  static async create(hosts = 1): Promise<World> {
    const lab = await Lab.up({ hosts });
    const world = new World(lab, await mkdtemp(join(tmpdir(), 'micronova-bench-')));
    await writeFile(world.path('known_hosts'), `${world.host.knownHostsLine()}\n`);
    await writeFile(world.path('ssh_config'), world.#sshConfig());
    // libvirt's own SSH transport takes a program, but no settings file for it.
    const wrapper = `#!/bin/sh\nexec ssh -F ${world.path('ssh_config')} "$@"\n`;
    await writeFile(world.path('ssh'), wrapper, { mode: 0o755 });
    return world;
  }

  get host(): LabHost {
    return this.lab.host(1);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** For `ssh`, `scp`, `rsync` and libvirt's own SSH transport alike: the host is called `lab`. */
  #sshConfig(): string {
    return [
      'Host lab',
      'HostName 127.0.0.1',
      `Port ${this.host.port}`,
      'User root',
      `IdentityFile ${this.lab.key}`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${this.path('known_hosts')}`,
      // AES-GCM on both sides: the ratio is about what is done with the line, not about whose cipher is faster.
      'Ciphers aes128-gcm@openssh.com',
      '',
    ].join('\n');
  }

  address(uri = 'qemu:///system'): HostAddress {
    return HostAddress.parse({
      kind: 'ssh',
      address: '127.0.0.1',
      port: this.host.port,
      user: 'root',
      identityFiles: [this.lab.key],
      useAgent: false,
      uri,
    });
  }

  dial(uri?: string): Promise<Link> {
    const knownHosts = createKnownHosts(this.folder, currentEnvironment());
    return createDialer(this.address(uri), { knownHosts }).connect();
  }

  /** A fresh connection to the host, from nothing. */
  async openDriver(uri?: string): Promise<ComputeDriver> {
    const options = { pool: 'default', network: 'default', virtMode: 'automatic' } as const;
    return createLibvirtDriver(await this.dial(uri), { address: this.address(uri), ...options });
  }

  /** A file of the machine as an image in the store: inspected, hashed and mapped, as `image.create` leaves it. */
  async image(id: string, source: string): Promise<ImageSource> {
    const store = new ImageStore(this.path('images'));
    const stored = await store.import(id, source, { signal: never(), onProgress: () => undefined });
    return { id, name: id, properties: {}, file: store.path(id), ...stored };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.down();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const never = (): AbortSignal => new AbortController().signal;
