import type { Host, HostAddress, HostTest } from '../contract/index.ts';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import { type CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../libvirt/errors.ts';
import { hasDhcp } from '../network/free-address.ts';
import { DEFAULT_NETWORK, describeNetwork, openNetwork } from '../network/host-network.ts';
import { createDialer } from '../transport/create-dialer.ts';
import { DEFAULT_LINK_TIMEOUT, type DialerDeps } from '../transport/dial-options.ts';
import type { Link } from '../transport/dialer.ts';
import { openLibvirtSocket } from '../transport/libvirt-socket.ts';
import type { StoragePool } from '../volume/pool.ts';
import { DEFAULT_POOL, openPool } from '../volume/prepare-pool.ts';
import { type Finding, HostTestReport } from './host-test-report.ts';

/** Of the driver, what the test needs: it must judge a host exactly as the driver will. */
export interface HostEyes {
  /** what guests would get there, and why it is emulation where it is */
  virtualization(
    connection: LibvirtConnection,
    mode: Host['virtMode'],
    options: CallOptions,
  ): Promise<Pick<Host, 'virtReason'> & { readonly virtType: 'kvm' | 'qemu' }>;
  /** the folder of a `default` pool there; null where it is not known */
  usualPoolPath(connection: LibvirtConnection): string | null;
}

export interface HostTestDeps extends Omit<DialerDeps, 'onStep'> {
  readonly eyes: HostEyes;
}

/** What is tested: an address alone, or a stored host with what was chosen for it. */
export interface HostTestTarget extends Partial<Pick<Host, 'pool' | 'network' | 'virtMode'>> {
  readonly address: HostAddress;
}

const GIB = 1024 ** 3;
/** GiB: less than this holds hardly a guest */
const LITTLE_DISK = 2;
/** the oldest that is looked after */
const OLDEST_LIBVIRT = 6;

/**
 * Goes the whole way to a host, step by step, by the very means that are used later, and changes nothing there.
 * @throws ExpectedError `cancelled` only: every other failure is in the answer
 */
export async function testHost(
  target: HostTestTarget,
  deps: HostTestDeps,
  signal?: AbortSignal,
): Promise<HostTest> {
  const report = new HostTestReport();
  const limits = { signal, deadline: deps.linkTimeout ?? DEFAULT_LINK_TIMEOUT };
  const link = await dial(target.address, deps, report, limits);
  if (link === null) return report.finish();
  try {
    const connection = await openLibvirt(link, target.address, report, limits);
    if (connection === null) return report.finish();
    try {
      await look(connection, target, deps.eyes, report, limits);
    } finally {
      await connection.close();
    }
  } finally {
    link.close();
  }
  return report.finish();
}

type Limits = CallOptions & { readonly deadline: number };

async function dial(
  address: HostAddress,
  deps: HostTestDeps,
  report: HostTestReport,
  limits: Limits,
): Promise<Link | null> {
  try {
    return await createDialer(address, { ...deps, onStep: (step) => report.dialled(step) }).connect(limits);
  } catch (error) {
    if (isExpected(error, 'cancelled')) throw error;
    report.failed(report.current, error);
    return null;
  }
}

async function openLibvirt(
  link: Link,
  address: HostAddress,
  report: HostTestReport,
  limits: Limits,
): Promise<LibvirtConnection | null> {
  const socket = await report.run('socket', async () => {
    const value = await openLibvirtSocket(link, address, limits);
    return { value, finding: { detail: value.path } };
  });
  if (socket === null) return null;
  return report.run('libvirt', async () => {
    const value = await LibvirtConnection.open(socket.stream, address.uri, limits);
    return { value, finding: judgeVersion(value) };
  });
}

function judgeVersion({ identity, uri }: LibvirtConnection): Finding {
  const detail = `libvirt ${identity.libvirtVersion} (${identity.driver}) on ${identity.hostname}, ${uri}`;
  if (Number.parseInt(identity.libvirtVersion, 10) >= OLDEST_LIBVIRT) return { detail };
  const remedy = `Update libvirt on the host: Micronova is made for version ${OLDEST_LIBVIRT} and newer.`;
  return { detail, warning: { remedy } };
}

/** The last three do not depend on each other: each is looked at, whatever the others say. */
async function look(
  connection: LibvirtConnection,
  target: HostTestTarget,
  eyes: HostEyes,
  report: HostTestReport,
  limits: Limits,
): Promise<void> {
  const { pool = DEFAULT_POOL, network = DEFAULT_NETWORK, virtMode = 'automatic' } = target;
  await report.run('virtualization', async () => {
    const { virtType, virtReason } = await eyes.virtualization(connection, virtMode, limits);
    return { value: virtType, finding: judgeVirtualization(virtType, virtReason, virtMode) };
  });
  await report.run('storage', async () => {
    return { value: pool, finding: await findStorage(connection, pool, eyes, limits) };
  });
  await report.run('network', async () => {
    return { value: network, finding: await findNetwork(connection, network, limits) };
  });
}

function judgeVirtualization(type: 'kvm' | 'qemu', reason: string | null, mode: Host['virtMode']): Finding {
  if (type === 'kvm') return { detail: 'KVM' };
  const detail = `Emulation${reason === null ? '' : `: ${reason}`}`;
  if (mode === 'emulation') return { detail };
  const remedy =
    'Guests run, but slowly. Switch VT-x or AMD-V on in the firmware of the host, or nested virtualization where it is a guest itself, then as root: modprobe kvm_intel (or kvm_amd) — ls -l /dev/kvm shows whether it worked.';
  return { detail, warning: { remedy } };
}

async function findStorage(
  connection: LibvirtConnection,
  name: string,
  eyes: HostEyes,
  limits: Limits,
): Promise<Finding> {
  const usual = eyes.usualPoolPath(connection);
  try {
    return await judgePool(await openPool(connection, name, usual, limits), limits);
  } catch (error) {
    const willBeMade = name === DEFAULT_POOL && usual !== null && isExpected(error, 'host.pool_missing');
    if (!willBeMade) throw error;
    return { detail: `There is no storage pool yet; ${name} will be made in ${usual}.` };
  }
}

async function judgePool(pool: StoragePool, limits: Limits): Promise<Finding> {
  try {
    const { capacity, available } = await pool.space(limits);
    const [all, free] = [capacity / GIB, available / GIB];
    const detail = `${pool.name} in ${pool.path}: ${free.toFixed(1)} of ${all.toFixed(1)} GiB free`;
    if (free >= LITTLE_DISK) return { detail };
    return { detail, warning: { remedy: `Make room in ${pool.path} on the host, or choose another pool.` } };
  } catch (error) {
    if (!isVirError(error, VIR_ERR.operationInvalid)) throw error;
    return { detail: `${pool.name} in ${pool.path} does not run yet; it will be started.` };
  }
}

async function findNetwork(connection: LibvirtConnection, name: string, limits: Limits): Promise<Finding> {
  try {
    const network = await describeNetwork(connection, await openNetwork(connection, name, limits), limits);
    if (hasDhcp(network)) return { detail: `${name}${network.bridge ? `, on ${network.bridge}` : ''}` };
  } catch (error) {
    if (name !== DEFAULT_NETWORK || !isExpected(error, 'host.network_missing')) throw error;
    return { detail: `There is no network ${name} yet; it will be made, behind NAT.` };
  }
  throw new ExpectedError('host.network_missing', `The network "${name}" gives out no IPv4 addresses.`, {
    remedy: 'Choose a network with a DHCP range, so that guests can have fixed addresses.',
  });
}
