import type { Duplex } from 'node:stream';
import type { Diagnostics, DriverCapabilities, InstanceAddress, PowerState } from '../contract/index.ts';
import type { GuestDescription, GuestOwner } from './mark.ts';
import type { StepOptions, TransferOptions } from './options.ts';
import type { OwnershipDriver } from './ownership.ts';

export type { StepOptions, TransferOptions };

/** What a host is and has, read in one go after connecting and on every resync. */
export interface HostFacts {
  readonly hostname: string;
  /** dotted, e.g. `9.0.0` */
  readonly libvirtVersion: string;
  readonly hypervisorVersion: string;
  readonly arch: string;
  readonly cpuModel: string | null;
  readonly vcpus: number;
  /** MiB */
  readonly ram: number;
  /** GiB, capacity of the storage pool */
  readonly disk: number;
  /** seconds */
  readonly uptime: number | null;
  readonly virtType: 'kvm' | 'qemu';
  /** why emulation is used; null with kvm */
  readonly virtReason: string | null;
  /** device models and machine types that the host's domain capabilities offer */
  readonly supports: {
    readonly machines: readonly string[];
    readonly diskBuses: readonly string[];
    readonly videoModels: readonly string[];
    readonly firmware: readonly ('bios' | 'uefi')[];
  };
  /** what of it has a standard name: `HW_CPU_X86_AVX2`, `COMPUTE_STORAGE_BUS_VIRTIO`, …; sorted. os-traits */
  readonly traits: readonly string[];
}

/** An image as the driver needs it; `file` is its place in the desktop's image store. */
export interface ImageSource {
  readonly id: string;
  readonly name: string;
  readonly diskFormat: 'qcow2' | 'raw';
  /** bytes */
  readonly size: number;
  /** bytes */
  readonly virtualSize: number;
  /** hex */
  readonly sha256: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly file: string;
}

/** Everything that is needed to build, find again and take down one guest. The same on every try: ids, names, MAC. */
export interface GuestSpec extends GuestDescription {
  readonly image: ImageSource;
  readonly publicKey: string | null;
  /** base64 */
  readonly userData: string | null;
}

/** How one guest stands on the host. */
export interface GuestState {
  /** the domain's UUID, which for our guests is the instance id */
  readonly uuid: string;
  readonly domainName: string;
  readonly powerState: PowerState;
  /** off, and its memory is kept on the host: the next start goes on where it was. nova: suspended */
  readonly saved: boolean;
  /** whose mark it carries; null: nobody's, or one that says not whose it is */
  readonly owner: GuestOwner | null;
  /** why the mark that it carries is not believed; null: it carries none, or a good one */
  readonly badMark: string | null;
  /** is gone as soon as it is off: made without a definition */
  readonly transient: boolean;
  readonly vcpus: number;
  /** MiB */
  readonly ram: number;
}

export type DriverEvent =
  | {
      readonly type: 'lifecycle';
      readonly uuid: string;
      readonly domainName: string;
      readonly what:
        | 'defined'
        | 'undefined'
        | 'started'
        | 'stopped'
        /** off, with its memory in a file: whether libvirt keeps that one itself only a list tells */
        | 'saved'
        | 'paused'
        | 'resumed'
        | 'suspended'
        | 'crashed'
        | 'rebooted'
        /** its mark was written, or taken off */
        | 'marked';
    }
  /** events may have been lost: read everything again */
  | { readonly type: 'resync' };

export interface Display {
  readonly stream: Duplex;
  /** to be answered to the VNC server; null where the socket itself is the guard */
  readonly password: string | null;
}

/** What a running guest, or one that sleeps, can be asked for. */
export interface LiveActions {
  /** The processors stand still, the memory stays. */
  pause(guestId: string, options: StepOptions): Promise<void>;
  unpause(guestId: string, options: StepOptions): Promise<void>;
  /** Keeps the memory in a file on the host, and switches off. */
  suspend(guestId: string, options: StepOptions): Promise<void>;
  /** Goes on where it was suspended: by us, by itself, or with its processors standing still. */
  resume(guestId: string, options: StepOptions): Promise<void>;
  /** A non-maskable interrupt. */
  injectNmi(guestId: string, options: StepOptions): Promise<void>;
  /**
   * By the guest agent; rejects with `libvirt.unsupported` where the guest has none and `libvirt.timeout` where it is
   * silent. The password is kept nowhere and named in no error.
   */
  setUserPassword(guestId: string, user: string, password: string, options: StepOptions): Promise<void>;
  diagnostics(guestId: string, options: StepOptions): Promise<Diagnostics>;
}

/** Other disks for a guest that exists already. All want it to be off. */
export interface DiskActions {
  /** An overlay over the cached image, beside the guest's own disks. */
  createRescueDisk(guestId: string, image: ImageSource, options: StepOptions): Promise<void>;
  removeRescueDisk(guestId: string, options: StepOptions): Promise<void>;
  /** Has the guest boot from its rescue disk; its own disks stay where they are. */
  attachRescueDisk(guestId: string, image: ImageSource, options: StepOptions): Promise<void>;
  /** The definition as it was before. */
  detachRescueDisk(guestId: string, options: StepOptions): Promise<void>;
  /** Starts afresh: memory that is kept is thrown away. */
  boot(guestId: string, options: StepOptions): Promise<void>;
  /** Root, ephemeral and swap disk, and what is left of a rescue; config drive and console log stay. */
  removeOwnDisks(guestId: string, options: StepOptions): Promise<void>;
}

/** What a host that takes an instance over from one that is gone is asked. */
export interface EvacuationDriver {
  /** true where the pool shows the guest's root disk, however it came there: another host may share the storage */
  hasDisks(guestId: string, options: StepOptions): Promise<boolean>;
}

/** A volume of the host's pool that bears one of our names, and that no id which we know answers to. */
export interface StrayVolume {
  readonly name: string;
  /** the name says whose it was: an instance's or an image's id */
  readonly owner: { readonly kind: 'guest' | 'image'; readonly id: string };
  /** bytes that it takes on the host */
  readonly bytes: number;
  /** by the host's clock, ISO 8601; null where the host does not tell */
  readonly changedAt: string | null;
  /** of an image's copy: disks of ours lie over it */
  readonly inUse: boolean;
}

/** What a host holds beside guests. */
export interface HostAudit {
  readonly volumes: readonly StrayVolume[];
  /** every DHCP reservation of the guests' network, whoever made it; MACs in lower case */
  readonly reservations: readonly { readonly mac: string; readonly address: string | null }[];
}

/** Ids that somebody answers to: their volumes are looked at no further. */
export interface AuditKnown {
  readonly guests: Pick<ReadonlySet<string>, 'has'>;
  readonly images: Pick<ReadonlySet<string>, 'has'>;
}

/** How a host is held against what we know, and put in order again. */
export interface AuditDriver {
  /** The domain as it is defined, not as it runs, without secrets. */
  definition(guestId: string, options: StepOptions): Promise<string>;
  /**
   * Defines a guest again from a definition that `definition` once gave. Where the guest is there, its name, title and
   * metadata stay; while it runs, the rest counts from its next start on.
   * @throws ExpectedError `libvirt.not_found` when one of its disks is gone
   */
  restoreDefinition(guestId: string, definition: string, options: StepOptions): Promise<void>;
  /** Undefines a guest that is off, and leaves its disks. @throws ExpectedError `host.in_use` when it is not off */
  forgetGuest(guestId: string, options: StepOptions): Promise<void>;
  audit(known: AuditKnown, options: StepOptions): Promise<HostAudit>;
  /**
   * Removes a volume that `audit` told of, after asking the host once more: of an image all that belongs to its copy.
   * @param before ISO 8601: it is left alone when it was changed since
   * @throws ExpectedError `host.in_use` when any domain or disk of the host uses it, `conflict` when it was changed
   */
  removeStray(name: string, before: string, options: StepOptions): Promise<void>;
  /** Takes a reservation back. @throws ExpectedError `host.in_use` when any domain of the host has a card with this MAC */
  removeReservation(mac: string, options: StepOptions): Promise<void>;
}

/**
 * One connected host. Every step is idempotent: asked again after a crash, it finds what is there and finishes it.
 * Every `remove…`, `release…` and `undefine` of a thing that is gone succeeds. All reject with ExpectedError
 * (`host.*`, `libvirt.*`, `transport.*`, `cancelled`).
 */
export interface ComputeDriver
  extends LiveActions, DiskActions, OwnershipDriver, AuditDriver, EvacuationDriver {
  readonly capabilities: DriverCapabilities;

  facts(options: StepOptions): Promise<HostFacts>;
  /** Makes sure that the storage pool and the network are there and running; creates the default ones where there is none. */
  prepareHost(options: StepOptions): Promise<void>;

  /** true once the host's pool holds a complete, verified copy */
  hasImage(image: ImageSource, options: StepOptions): Promise<boolean>;
  /** Sparse upload to the pool over the RPC stream, checked by SHA-256; cut short it leaves no complete-looking volume. */
  uploadImage(image: ImageSource, options: TransferOptions): Promise<void>;
  removeImage(imageId: string, options: StepOptions): Promise<void>;

  /** The overlay over the cached image, grown to the flavor's disk. */
  createRootDisk(guest: GuestSpec, options: StepOptions): Promise<void>;
  /** Ephemeral and swap disks, where the flavor has them. */
  createExtraDisks(guest: GuestSpec, options: StepOptions): Promise<void>;
  writeConfigDrive(
    guest: GuestSpec,
    addresses: readonly InstanceAddress[],
    options: StepOptions,
  ): Promise<void>;
  /** All volumes of the guest, its config drive and its console log; never the cached image. */
  removeDisks(guestId: string, options: StepOptions): Promise<void>;

  /** A fixed address as a DHCP reservation on the host's network. */
  reserveAddress(guest: GuestSpec, options: StepOptions): Promise<InstanceAddress[]>;
  releaseAddress(guestId: string, mac: string, options: StepOptions): Promise<void>;

  define(guest: GuestSpec, options: StepOptions): Promise<void>;
  undefine(guestId: string, options: StepOptions): Promise<void>;
  start(guestId: string, options: StepOptions): Promise<void>;
  /** Asks the guest to power off (agent, then ACPI), and pulls the plug after `timeout` milliseconds. */
  stop(guestId: string, timeout: number, options: StepOptions): Promise<void>;
  /** Pulls the plug. */
  destroy(guestId: string, options: StepOptions): Promise<void>;
  /** Asks the guest to reboot; rejects with `libvirt.timeout` when it has not after `timeout` milliseconds. */
  softReboot(guestId: string, timeout: number, options: StepOptions): Promise<void>;
  /** Power off and on again. */
  hardReboot(guestId: string, options: StepOptions): Promise<void>;

  listGuests(options: StepOptions): Promise<GuestState[]>;
  domainXml(guestId: string, options: StepOptions): Promise<string>;
  /** @returns the log's bytes from `offset` on, and the log's length */
  consoleLog(
    guestId: string,
    offset: number,
    options: StepOptions,
  ): Promise<{ bytes: Uint8Array; length: number }>;
  openSerial(guestId: string, options: StepOptions): Promise<Duplex>;
  openDisplay(guestId: string, options: StepOptions): Promise<Display>;

  onEvent(listener: (event: DriverEvent) => void): Disposable;
  /** Settles once, when the host is gone: with the reason, or null after `close()`. */
  readonly closed: Promise<Error | null>;
  close(): Promise<void>;
}

/** What the rest of the control plane asks for a host's driver. */
export interface DriverRegistry {
  /** @throws ExpectedError `host.unavailable` with the reason, when the host is not connected */
  get(hostId: string): ComputeDriver;
  /** Settles when the first attempt to reach this host has ended, well or not; of all hosts, where none is named. */
  attempted(hostId?: string): Promise<void>;
}
