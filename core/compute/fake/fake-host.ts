import { ExpectedError } from '../../domain/errors.ts';
import type { DriverEvent, GuestSpec, GuestState, HostFacts } from '../driver.ts';
import type { GuestDescription } from '../mark.ts';
import type { FoundGuest } from '../ownership.ts';
import { cutOff, Faults, type FakeStep } from './faults.ts';

type Lifecycle = Extract<DriverEvent, { type: 'lifecycle' }>['what'];

export interface FakeImage {
  readonly sha256: string;
  /** bytes that have arrived */
  readonly size: number;
  readonly complete: boolean;
  /** the file that it came from */
  readonly file?: string;
}

export interface FakeDisks {
  /** id of the image that the root disk lies over */
  root?: string;
  /** id of the image that the rescue disk lies over */
  rescue?: string;
  extra?: boolean;
  configDrive?: boolean;
}

export interface FakeDomain {
  spec: Pick<GuestSpec, 'id' | 'domainName' | 'flavor'>;
  powerState: GuestState['powerState'];
  /** its memory is kept: the next start goes on where it was */
  saved: boolean;
  /** its definition boots the rescue disk */
  rescue: boolean;
  /** by account, as the guest agent was told */
  readonly passwords: Map<string, string>;
  /** hears neither agent nor ACPI */
  deaf: boolean;
  log: string;
  /** how often it was started */
  boots: number;
  /** its Micronova mark; absent: it has none */
  mark?: GuestDescription | null;
  /** why what stands in place of a mark is not believed */
  badMark?: string;
  title?: string | null;
  /** made without a definition */
  transient?: boolean;
  /** what somebody else made it of */
  devices?: Pick<FoundGuest, 'disks' | 'nics' | 'addresses'>;
  /** what somebody wrote into its definition beside what it was made with */
  edits?: string;
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
  readonly faults?: Faults;
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
  traits: [
    'COMPUTE_ARCH_X86_64',
    'COMPUTE_FIRMWARE_BIOS',
    'COMPUTE_FIRMWARE_UEFI',
    'COMPUTE_STORAGE_BUS_VIRTIO',
    'HW_ARCH_X86_64',
    'HW_CPU_X86_SSE2',
  ],
};

/**
 * A host in memory. What is on it outlives every connection, as on a real one; a fake driver is one connection to it. It shows
 * what the driver's steps mean: what each needs, leaves behind, and does when asked again.
 */
export class FakeHost {
  readonly faults: Faults;
  readonly facts: HostFacts;
  readonly images: Map<string, FakeImage>;
  readonly disks: Map<string, FakeDisks>;
  /** addresses by guest */
  readonly reservations = new Map<string, { readonly mac: string; readonly address: string }>();
  readonly domains = new Map<string, FakeDomain>();
  /** when volumes were last changed, by guest or image, ISO 8601; what is not named here is old */
  readonly changes = new Map<string, string>();
  /** every step that was begun, in order */
  readonly calls: string[] = [];
  readonly #connections = new Set<FakeConnection>();
  /** counts the lives of its libvirtd */
  #life = 0;

  constructor({ name = 'fake', facts = {}, faults = new Faults(), storageOf }: FakeHostOptions = {}) {
    this.faults = faults;
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

  /** A request that has arrived is done even when nobody waits for it any more, unless the host's libvirtd dies first. */
  async doRequest<T>(step: FakeStep, work: () => T): Promise<T> {
    const life = this.#life;
    await this.faults.meet(step, 'during');
    if (life !== this.#life) throw cutOff();
    return work();
  }

  /** libvirtd dies with what it was at; guests run on. */
  killLibvirtd(): void {
    this.#life += 1;
    this.cutLink();
  }

  /** Power cut: all guests are off, nothing stored is lost. */
  powerOff(): void {
    for (const domain of this.domains.values()) domain.powerState = 'SHUTDOWN';
    this.killLibvirtd();
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

  /** A guest that somebody made with virsh: on from the beginning, and nobody's. */
  addForeign(domain: Omit<FakeDomain, 'powerState' | 'deaf' | 'log' | 'boots'>): void {
    this.domains.set(domain.spec.id, {
      powerState: 'RUNNING',
      deaf: false,
      log: '',
      boots: 1,
      ...domain,
    });
    this.lifecycle(domain.spec.id, 'defined');
  }

  /** Power on, by whoever; nothing happens to a guest that runs. */
  boot(guestId: string): void {
    const domain = this.domain(guestId);
    if (domain.powerState !== 'SHUTDOWN') return;
    domain.powerState = 'RUNNING';
    if (!domain.saved) {
      domain.boots += 1;
      domain.log += `boot ${domain.boots}${domain.rescue ? ' from the rescue disk' : ''}\n`;
    }
    domain.saved = false;
    this.lifecycle(guestId, 'started');
  }

  /** Power on with kept memory thrown away. */
  bootAfresh(guestId: string): void {
    this.domain(guestId).saved = false;
    this.boot(guestId);
  }

  /** Has the processors of a guest go on that stand still; nothing happens to any other. */
  wake(guestId: string): void {
    const domain = this.domain(guestId);
    if (domain.powerState !== 'PAUSED' && domain.powerState !== 'SUSPENDED') return;
    domain.powerState = 'RUNNING';
    this.lifecycle(guestId, 'resumed');
  }

  /** Power off, by whoever; nothing happens to a guest that is off. */
  halt(guestId: string): void {
    const domain = this.domain(guestId);
    if (domain.powerState === 'SHUTDOWN') return;
    domain.powerState = 'SHUTDOWN';
    this.lifecycle(guestId, 'stopped');
  }

  /** `virsh edit`, by whoever. */
  edit(guestId: string, { vcpus, edits }: { readonly vcpus?: number; readonly edits?: string }): void {
    const domain = this.domain(guestId);
    const { spec } = domain;
    if (vcpus !== undefined) domain.spec = { ...spec, flavor: { ...spec.flavor, vcpus } };
    if (edits !== undefined) domain.edits = edits;
    this.lifecycle(guestId, 'defined');
  }

  /** `virsh undefine`, by whoever; a guest that runs is off then. */
  drop(guestId: string): void {
    this.lifecycle(guestId, 'undefined');
    this.domains.delete(guestId);
  }

  /** `virsh domrename`, by whoever. */
  rename(guestId: string, domainName: string): void {
    const domain = this.domain(guestId);
    this.lifecycle(guestId, 'undefined');
    domain.spec = { ...domain.spec, domainName };
    this.lifecycle(guestId, 'defined');
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
