import { isExpected } from '../../domain/errors.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { connect } from '../../libvirt/protocol/connect.ts';
import { capabilities, type Capabilities } from '../../libvirt/xml/capabilities.ts';
import {
  choicesOf,
  domainCapabilities,
  type DomainCapabilities,
} from '../../libvirt/xml/domain-capabilities.ts';
import { readXml } from '../../libvirt/xml/mapper.ts';
import type { HostFacts } from '../driver.ts';
import { decideVirtType, readCpuFeatures, readModelFeatures } from './kvm.ts';
import { EMULATED_MODEL } from './guest-machine.ts';
import { isX86 } from './guest-host.ts';
import type { Session } from './session.ts';
import { traitsOf } from './traits.ts';

const GIB = 2 ** 30;

/** What decides how guests are made here: read once, as it changes with a reboot of the host only. */
export interface Platform {
  readonly capabilities: Capabilities;
  readonly arch: string;
  readonly virtType: HostFacts['virtType'];
  readonly virtReason: HostFacts['virtReason'];
  /** libvirt's names of the CPU features that guests get */
  readonly cpuFeatures: ReadonlySet<string>;
}

export async function readPlatform(session: Session, options: CallOptions): Promise<Platform> {
  const { connection } = session;
  const { capabilities: xml } = await connection.call(connect.getCapabilities, {}, options);
  const parsed = readXml(capabilities, xml);
  const arch = parsed.cpu?.arch ?? parsed.guests?.[0]?.arch?.name ?? 'unknown';
  const features = await readCpuFeatures(connection, xml, options);
  const verdict = decideVirtType(session.options.virtMode, parsed, arch, features);
  const emulated = verdict.virtType === 'qemu' && isX86(arch);
  const cpuFeatures = emulated
    ? await readModelFeatures(connection, arch, EMULATED_MODEL, options)
    : features;
  return { capabilities: parsed, arch, ...verdict, cpuFeatures };
}

export async function readFacts(
  session: Session,
  platform: Platform,
  options: CallOptions,
): Promise<HostFacts> {
  const { identity } = session.connection;
  const node = await session.connection.call(connect.nodeGetInfo, {}, options);
  const offers = await readOffers(session, platform, options);
  return {
    hostname: identity.hostname,
    libvirtVersion: identity.libvirtVersion,
    hypervisorVersion: await session.connection.hypervisorVersion(options),
    arch: platform.arch,
    cpuModel: platform.capabilities.cpu?.model ?? null,
    vcpus: node.cpus,
    ram: (await readMemory(session, options)) ?? Math.floor(node.memory / 1024),
    disk: await readDisk(session, options),
    uptime: await readUptime(session, options),
    virtType: platform.virtType,
    virtReason: platform.virtReason,
    supports: supportsOf(platform, offers),
    traits: traitsOf({ ...platform, offers, hyperthreading: node.threads > 1 }),
  };
}

/** Null for what this host cannot tell: a figure less is no reason to do without the host. */
async function optional<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isExpected(error, 'libvirt.unsupported', 'libvirt.error', 'host.pool_missing')) return null;
    throw error;
  }
}

/** libvirt wants to be asked for exactly as many values as it has: first how many, then which. */
async function readStats(ask: (nparams: number) => Promise<{ params: Stat[]; nparams: number }>) {
  const { nparams } = await ask(0);
  return new Map((await ask(nparams)).params.map(({ field, value }) => [field, Number(value)]));
}

interface Stat {
  readonly field: string;
  readonly value: bigint;
}

/** MiB. NODE_GET_INFO's own figure is wrong on some hosts. */
async function readMemory(session: Session, options: CallOptions): Promise<number | null> {
  const ask = (nparams: number) =>
    session.connection.call(connect.nodeGetMemoryStats, { nparams, cellNum: -1, flags: 0 }, options);
  const total = (await optional(readStats(ask)))?.get('total');
  return total === undefined ? null : Math.floor(total / 1024);
}

/** GiB; 0 until the pool is there */
async function readDisk(session: Session, options: CallOptions): Promise<number> {
  const pool = await optional(session.pool(options));
  const space = pool && (await optional(pool.space(options)));
  return space ? Math.floor(space.capacity / GIB) : 0;
}

/** Seconds: the first CPU has been busy or idle since the host's start, and nothing else. Values are nanoseconds. */
async function readUptime(session: Session, options: CallOptions): Promise<number | null> {
  const ask = (nparams: number) =>
    session.connection.call(connect.nodeGetCpuStats, { cpuNum: 0, nparams, flags: 0 }, options);
  const stats = await optional(readStats(ask));
  if (!stats || stats.size === 0) return null;
  const spent = ['kernel', 'user', 'idle', 'iowait'].map((field) => stats.get(field) ?? 0);
  return Math.floor(spent.reduce((sum, value) => sum + value, 0) / 1e9);
}

async function readOffers(
  session: Session,
  platform: Platform,
  options: CallOptions,
): Promise<DomainCapabilities | null> {
  const args = { emulator: null, arch: platform.arch, machine: null, virtType: platform.virtType, flags: 0 };
  const answer = await optional(session.connection.call(connect.getDomainCapabilities, args, options));
  return answer && readXml(domainCapabilities, answer.capabilities);
}

function supportsOf(platform: Platform, offers: DomainCapabilities | null): HostFacts['supports'] {
  const guest = platform.capabilities.guests?.find(({ arch }) => arch?.name === platform.arch);
  const machines = guest?.arch?.machines?.flatMap(({ name }) => name ?? []) ?? [];
  const uefi = choicesOf(offers?.os, 'firmware').includes('efi');
  return {
    machines: [...new Set(machines)],
    diskBuses: choicesOf(offers?.disk, 'bus'),
    videoModels: choicesOf(offers?.video, 'modelType'),
    firmware: uefi ? ['bios', 'uefi'] : ['bios'],
  };
}
