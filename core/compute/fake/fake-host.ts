import { ExpectedError } from '../../domain/errors.ts';
import type { DriverEvent, GuestSpec, GuestState, HostFacts } from '../driver.ts';
import { cutOff, Faults } from './faults.ts';

type Lifecycle = Extract<DriverEvent, { type: 'lifecycle' }>['what'];

export interface FakeImage {
  readonly sha256: string;
  /** bytes that have arrived */
  readonly size: number;
  readonly complete: boolean;
}

export interface FakeDisks {
  /** id of the image that the root disk lies over */
  root?: string;
  extra?: boolean;
  configDrive?: boolean;
}

export interface FakeDomain {
  readonly spec: Pick<GuestSpec, 'id' | 'domainName' | 'flavor'>;
  powerState: GuestState['powerState'];
  /** hears neither agent nor ACPI */
  deaf: boolean;
  log: string;
  /** how often it was started */
  boots: number;
}

/** What the host needs of a driver that is connected to it. */
interface FakeConnection {
  readonly closed: Promise<Error | null>;
  cut(error: Error): void;
  tell(event: DriverEvent): void;
}

export interface FakeHostOptions {
  readonly name?: string;
  readonly facts?: Partial<HostFacts>;
  /** its storage pool is this host's, too */
  readonly storageOf?: FakeHost;
}

const FACTS: HostFacts = {
  hostname: 'fake',
  libvirtVersion: '9.0.0',
  hypervisorVersion: '7.2.0',
  arch: 'x86_64',
  cpuModel: 'qemu64',
  vcpus: 4,
  ram: 8192,
  disk: 100,
  uptime: 3600,
  virtType: 'qemu',
  virtReason: 'it is a fake',
  supports: {
    machines: ['pc', 'q35'],
    diskBuses: ['virtio', 'scsi', 'ide', 'sata'],
    videoModels: ['vga', 'virtio', 'cirrus'],
    firmware: ['bios', 'uefi'],
  },
};

/**
 * A host in memory. What is on it outlives every connection, as on a real one; a fake driver is one connection to it. It shows
 * what the driver's steps mean: what each needs, leaves behind, and does when asked again.
 */
export class FakeHost {
  readonly faults = new Faults();
  readonly facts: HostFacts;
  readonly images: Map<string, FakeImage>;
  readonly disks: Map<string, FakeDisks>;
  /** addresses by guest */
  readonly reservations = new Map<string, { readonly mac: string; readonly address: string }>();
  readonly domains = new Map<string, FakeDomain>();
  /** every step that was begun, in order */
  readonly calls: string[] = [];
  readonly #connections = new Set<FakeConnection>();

  constructor({ name = 'fake', facts = {}, storageOf }: FakeHostOptions = {}) {
    this.images = storageOf?.images ?? new Map();
    this.disks = storageOf?.disks ?? new Map();
    this.facts = { ...FACTS, hostname: name, ...facts };
  }

  /** A driver tells the host here that it is connected. */
  join(connection: FakeConnection): void {
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
  }

  /** The link breaks: every driver is closed, every step on its way rejects. */
  cutLink(error: Error = cutOff()): void {
    for (const connection of this.#connections) connection.cut(error);
  }

  /** Power cut: all guests are off, nothing stored is lost. */
  powerOff(): void {
    for (const domain of this.domains.values()) domain.powerState = 'SHUTDOWN';
    this.cutLink();
  }

  /** @throws ExpectedError `libvirt.not_found` */
  domain(guestId: string): FakeDomain {
    const domain = this.domains.get(guestId);
    if (domain !== undefined) return domain;
    throw new ExpectedError('libvirt.not_found', `There is no domain ${guestId} on the host`);
  }

  /** @throws ExpectedError `libvirt.not_found`, `instance.no_console` */
  running(guestId: string): FakeDomain {
    const domain = this.domain(guestId);
    if (domain.powerState === 'RUNNING') return domain;
    throw new ExpectedError('instance.no_console', `${domain.spec.domainName} is not running`);
  }

  /** Power on, by whoever; nothing happens to a guest that runs. */
  boot(guestId: string): void {
    const domain = this.domain(guestId);
    if (domain.powerState === 'RUNNING') return;
    domain.powerState = 'RUNNING';
    domain.boots += 1;
    domain.log += `boot ${domain.boots}\n`;
    this.lifecycle(guestId, 'started');
  }

  /** Power off, by whoever; nothing happens to a guest that is off. */
  halt(guestId: string): void {
    const domain = this.domain(guestId);
    if (domain.powerState === 'SHUTDOWN') return;
    domain.powerState = 'SHUTDOWN';
    this.lifecycle(guestId, 'stopped');
  }

  lifecycle(guestId: string, what: Lifecycle): void {
    const { domainName } = this.domain(guestId).spec;
    const event = { type: 'lifecycle', uuid: guestId, domainName, what } as const;
    for (const connection of this.#connections) connection.tell(event);
  }

  /** What builds have left on the host, cached images apart; empty after a clean undo. */
  leftovers(): string[] {
    return [
      ...[...this.disks.keys()].map((id) => `disks of ${id}`),
      ...[...this.reservations.keys()].map((id) => `reservation of ${id}`),
      ...[...this.domains.keys()].map((id) => `domain ${id}`),
      ...[...this.images].filter(([, image]) => !image.complete).map(([id]) => `half of image ${id}`),
    ];
  }
}
