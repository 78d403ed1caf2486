import { HostAddress } from '../../core/contract/index.ts';
import { LibvirtConnection, type ConnectionOptions } from '../../core/libvirt/connection.ts';
import type { Link } from '../../core/transport/dialer.ts';
import { openLibvirtSocket } from '../../core/transport/libvirt-socket.ts';
import type { Account } from '../lab/accounts.ts';
import type { LabHost } from '../lab/host.ts';
import type { Lab } from '../lab/lab.ts';
import { SshWorld } from './ssh-daemon.ts';

/** The way from a test to libvirt on a lab host: as the product goes it, over SSH. */
export class LibvirtWay implements AsyncDisposable {
  readonly #lab: Lab;
  readonly #host: LabHost;
  readonly #world: SshWorld;

  private constructor(lab: Lab, host: LabHost, world: SshWorld) {
    this.#lab = lab;
    this.#host = host;
    this.#world = world;
  }

  static async to(lab: Lab, host: LabHost): Promise<LibvirtWay> {
    return new LibvirtWay(lab, host, await SshWorld.create());
  }

  get knownHosts(): SshWorld['knownHosts'] {
    return this.#world.knownHosts;
  }

  address(account: Account = 'root', uri = 'qemu:///system'): HostAddress {
    const { port } = this.#host;
    const way = { kind: 'ssh', address: '127.0.0.1', port, user: account, uri };
    return HostAddress.parse({ ...way, identityFiles: [this.#lab.key], useAgent: false });
  }

  link(account: Account = 'root', linkTimeout?: number): Promise<Link> {
    return this.#world.dialTrusting(this.address(account), { linkTimeout });
  }

  /** A connection on a link of its own, which ends with the test. */
  async open(
    options: ConnectionOptions & { readonly account?: Account; readonly uri?: string } = {},
  ): Promise<LibvirtConnection> {
    const { account, uri = 'qemu:///system', ...rest } = options;
    const { stream } = await openLibvirtSocket(await this.link(account), this.address(account));
    return LibvirtConnection.open(stream, uri, rest);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#world.end();
  }
}

/** A guest that boots nothing: enough for all that libvirt itself does with it. */
export function emptyGuestXml(name: string, uuid?: string): string {
  return `<domain type='qemu'><name>${name}</name>${uuid === undefined ? '' : `<uuid>${uuid}</uuid>`}
    <memory unit='MiB'>64</memory><os><type machine='pc'>hvm</type></os>
    <devices><serial type='pty'/><console type='pty'/><graphics type='vnc'/><video><model type='vga'/></video></devices>
  </domain>`;
}
