/** What the domain of a guest must know about its host. */
export interface GuestHost {
  /** proven kvm, or emulation */
  readonly virtType: 'kvm' | 'qemu';
  readonly arch: string;
  /** the folder of the storage pool on the host */
  readonly poolPath: string;
  /** null: the account may not make networks, so the guest gets QEMU's own */
  readonly network: string | null;
  readonly display: DisplayMode;
}

/**
 * A UNIX socket in a folder that only root may enter, or TCP on 127.0.0.1 behind a password that is renewed for each
 * session.
 */
export type DisplayMode = { readonly kind: 'socket' } | { readonly kind: 'tcp'; readonly password: string };

export interface Machine {
  readonly type: string;
  readonly firmware: 'bios' | 'uefi';
  readonly cdromBus: 'ide' | 'sata' | 'scsi';
}

export function isX86(arch: string): boolean {
  return arch === 'x86_64' || arch === 'i686';
}
