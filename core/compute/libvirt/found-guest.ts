import type { InstanceAddress } from '../../contract/index.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { isExpected } from '../../domain/errors.ts';
import { domain as procedures } from '../../libvirt/protocol/domain.ts';
import type { DomainRef } from '../../libvirt/protocol/types.ts';
import { type FoundDomain, foundDomain } from '../../libvirt/xml/domain/found.ts';
import { NOVA_NAMESPACE } from '../../libvirt/xml/domain/metadata.ts';
import { readXml } from '../../libvirt/xml/mapper.ts';
import { listReservations } from '../../network/reservations.ts';
import { type FoundDisk, type FoundGuest, type FoundNic, guestGone } from '../ownership.ts';
import { markOf, metadataElement } from './fence.ts';
import { powerStateOf } from './guests.ts';
import type { Session } from './session.ts';

/** virDomainInterfaceAddressesSource: what DHCP gave, what the agent says, what the host has heard */
const ADDRESS_SOURCES = [0, 1, 2] as const;
/** milliseconds for a guest's agent to answer */
const AGENT_DEADLINE = 5_000;

/** Null for what this host, or this guest, cannot tell. */
async function optional<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isExpected(error) && error.code.startsWith('libvirt.')) return null;
    if (isExpected(error, 'conflict')) return null;
    throw error;
  }
}

const KINDS: readonly string[] = ['disk', 'cdrom', 'floppy', 'lun'] satisfies FoundDisk['kind'][];

function isKind(kind: string): kind is FoundDisk['kind'] {
  return KINDS.includes(kind);
}

type XmlDisk = NonNullable<FoundDomain['disks']>[number];

function sourceOf(disk: XmlDisk): string | null {
  const { file, dev, pool, volume, protocol, name } = disk;
  if (pool !== undefined && volume !== undefined) return `${pool}/${volume}`;
  if (protocol !== undefined) return `${protocol}:${name ?? ''}`;
  return file ?? dev ?? null;
}

function nicOf(nic: NonNullable<FoundDomain['interfaces']>[number]): FoundNic[] {
  if (nic.mac === undefined) return [];
  const network = nic.network ?? nic.bridge ?? nic.dev ?? null;
  return [{ mac: nic.mac.toLowerCase(), type: nic.type ?? 'unknown', network, model: nic.model ?? null }];
}

/** Looks at one guest: its devices, its addresses and its mark. */
class Look {
  readonly #session: Session;
  readonly #domain: DomainRef;
  readonly #options: CallOptions;

  constructor(session: Session, domain: DomainRef, options: CallOptions) {
    this.#session = session;
    this.#domain = domain;
    this.#options = options;
  }

  async #diskOf(disk: XmlDisk): Promise<FoundDisk[]> {
    if (disk.target === undefined) return [];
    const args = { domain: this.#domain, path: disk.target, flags: 0 };
    const info = await optional(this.#session.connection.call(procedures.getBlockInfo, args, this.#options));
    const kind = disk.device ?? 'disk';
    return [
      {
        device: disk.target,
        kind: isKind(kind) ? kind : 'disk',
        bus: disk.bus ?? null,
        source: sourceOf(disk),
        format: disk.format ?? null,
        capacity: info?.capacity ?? 0,
      },
    ];
  }

  disks(xml: FoundDomain): Promise<FoundDisk[]> {
    return Promise.all((xml.disks ?? []).map((disk) => this.#diskOf(disk))).then((all) => all.flat());
  }

  /** What a network keeps for a card, or else the first that knows one: leases, the agent, the host's ARP table. */
  async addresses(nics: readonly FoundNic[]): Promise<InstanceAddress[]> {
    const found = new Map<string, InstanceAddress[]>();
    for (const nic of nics) {
      const address = await this.#reserved(nic);
      if (address !== null) found.set(nic.mac, [toAddress(nic, { type: 0, address })]);
    }
    for (const source of ADDRESS_SOURCES) {
      if (nics.some(({ mac }) => !found.has(mac))) await this.#ask(source, nics, found);
    }
    return [...found.values()].flat();
  }

  async #reserved({ type, network, mac }: FoundNic): Promise<string | null> {
    if (type !== 'network' || network === null) return null;
    const all = await optional(listReservations(this.#session.connection, network, this.#options));
    return all?.find((one) => one.mac === mac)?.address ?? null;
  }

  async #ask(
    source: number,
    nics: readonly FoundNic[],
    found: Map<string, InstanceAddress[]>,
  ): Promise<void> {
    const limits = { ...this.#options, deadline: AGENT_DEADLINE };
    const args = { domain: this.#domain, source, flags: 0 };
    const call = this.#session.connection.call(procedures.interfaceAddresses, args, limits);
    for (const { mac, addresses } of (await optional(call))?.interfaces ?? []) {
      const nic = nics.find((one) => one.mac === mac?.toLowerCase());
      if (nic === undefined || found.has(nic.mac) || addresses.length === 0) continue;
      found.set(
        nic.mac,
        addresses.map((one) => toAddress(nic, one)),
      );
    }
  }

  async refusal(xml: FoundDomain): Promise<string | null> {
    const { connection } = this.#session;
    const args = { domain: this.#domain };
    const { persistent } = await connection.call(procedures.isPersistent, args, this.#options);
    if (!persistent) return 'it is transient: it has no definition that could be kept';
    if (xml.type !== 'kvm' && xml.type !== 'qemu')
      return `it is of type ${xml.type ?? 'unknown'}, not QEMU or KVM`;
    const nova = await metadataElement(connection, this.#domain, NOVA_NAMESPACE.uri, this.#options);
    return nova === null ? null : 'it is an instance of OpenStack Nova';
  }
}

function toAddress(nic: FoundNic, { type, address }: { type: number; address: string }): InstanceAddress {
  return { network: nic.network ?? nic.type, address, mac: nic.mac, version: type === 1 ? 6 : 4 };
}

/** @throws ExpectedError `guest.not_found` */
export async function findGuest(session: Session, uuid: string, options: CallOptions): Promise<FoundGuest> {
  const domain = await session.lookUp(uuid, options);
  if (domain === null) throw guestGone(uuid);
  const { connection } = session;
  const look = new Look(session, domain, options);
  const xml = readXml(
    foundDomain,
    (await connection.call(procedures.getXmlDesc, { domain, flags: 0 }, options)).xml,
  );
  const info = await connection.call(procedures.getInfo, { domain }, options);
  const mark = await markOf(connection, domain, options);
  const nics = (xml.interfaces ?? []).flatMap(nicOf);
  const serials = xml.serials ?? [];
  return {
    uuid,
    domainName: domain.name,
    title: xml.title ?? null,
    powerState: powerStateOf(info.state),
    vcpus: xml.vcpus ?? info.vcpus,
    ram: Math.ceil(info.maxMemory / 1024),
    disks: await look.disks(xml),
    nics,
    addresses: await look.addresses(nics),
    consoles: {
      serial: serials.some(({ type }) => type === 'pty'),
      vnc: (xml.graphics ?? []).some(({ type }) => type === 'vnc'),
      log: serials.some(({ logFile }) => logFile !== undefined),
    },
    description: mark?.description ?? null,
    badMark: mark?.problem ?? null,
    refusal: mark?.description ? null : await look.refusal(xml),
  };
}
