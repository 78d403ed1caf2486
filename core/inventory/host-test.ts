import { readPlatform } from '../compute/libvirt/facts.ts';
import { type LibvirtDriverOptions, Session } from '../compute/libvirt/session.ts';
import type { Host, HostAddress, HostTest } from '../contract/index.ts';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../libvirt/errors.ts';
import { hasDhcp } from '../network/free-address.ts';
import { DEFAULT_NETWORK, describeNetwork, openNetwork } from '../network/host-network.ts';
import { createDialer } from '../transport/create-dialer.ts';
import { DEFAULT_LINK_TIMEOUT, type DialerDeps } from '../transport/dial-options.ts';
import type { Link } from '../transport/dialer.ts';
import { openLibvirtSocket } from '../transport/libvirt-socket.ts';
import type { StoragePool } from '../volume/pool.ts';
import { DEFAULT_POOL } from '../volume/prepare-pool.ts';
import { type Finding, HostTestReport } from './host-test-report.ts';

export type HostTestDeps = Omit<DialerDeps, 'onStep'>;

/** What is tested: an address alone, or a stored host with what was chosen for it. */
export interface HostTestTarget extends Partial<Pick<Host, 'pool' | 'network' | 'virtMode'>> {
  readonly address: HostAddress;
}

type Limits = CallOptions & { readonly deadline: number };

const GIB = 1024 ** 3;
/** milliseconds: a host that was just started probes its QEMU for the first question about it */
const LOOK_DEADLINE = 60_000;
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
    const options = {
      address: target.address,
      pool: target.pool ?? DEFAULT_POOL,
      network: target.network ?? DEFAULT_NETWORK,
      virtMode: target.virtMode ?? 'automatic',
      linkTimeout: limits.deadline,
      signal,
    };
    const session = await openSession(link, options, report, limits);
    if (session !== null) await look(session, report, { signal, deadline: LOOK_DEADLINE });
  } finally {
    link.close();
  }
  return report.finish();
}

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

async function openSession(
  link: Link,
  options: LibvirtDriverOptions,
  report: HostTestReport,
  limits: Limits,
): Promise<Session | null> {
  const path = await report.run('socket', async () => {
    const socket = await openLibvirtSocket(link, options.address, limits);
    socket.stream.destroy();
    return { value: socket.path, finding: { detail: socket.path } };
  });
  if (path === null) return null;
  return report.run('libvirt', async () => {
    const value = await Session.open(link, options);
    return { value, finding: judgeVersion(value.connection) };
  });
}

function judgeVersion({ identity, uri }: LibvirtConnection): Finding {
  const detail = `libvirt ${identity.libvirtVersion} (${identity.driver}) on ${identity.hostname}, ${uri}`;
  if (Number.parseInt(identity.libvirtVersion, 10) >= OLDEST_LIBVIRT) return { detail };
  const remedy = `Update libvirt on the host: Micronova is made for version ${OLDEST_LIBVIRT} and newer.`;
  return { detail, warning: { remedy } };
}

/** The last three do not depend on each other: each is looked at, whatever the others say. */
async function look(session: Session, report: HostTestReport, limits: Limits): Promise<void> {
  const { pool, network } = session.options;
  await report.run('virtualization', async () => {
    const { virtType, virtReason } = await readPlatform(session, limits);
    return { value: virtType, finding: judgeVirtualization(session, virtReason) };
  });
  await report.run('storage', async () => ({ value: pool, finding: await findStorage(session, limits) }));
  await report.run('network', async () => ({ value: network, finding: await findNetwork(session, limits) }));
  await session.connection.close();
}

function judgeVirtualization({ options }: Session, whyEmulated: string | null): Finding {
  if (whyEmulated === null) return { detail: 'KVM' };
  const detail = `Emulation. ${whyEmulated}.`;
  if (options.virtMode === 'emulation') return { detail };
  const remedy =
    'Guests run, but slowly. Switch VT-x or AMD-V on in the firmware of the host, or nested virtualization where it is a guest itself, then as root: modprobe kvm_intel (or kvm_amd) — ls -l /dev/kvm shows whether it worked.';
  return { detail, warning: { remedy } };
}

async function findStorage(session: Session, limits: Limits): Promise<Finding> {
  const { pool } = session.options;
  const usual = session.usualPoolPath;
  try {
    return await judgePool(await session.pool(limits), limits);
  } catch (error) {
    const willBeMade = pool === DEFAULT_POOL && usual !== null && isExpected(error, 'host.pool_missing');
    if (!willBeMade) throw error;
    return { detail: `There is no storage pool yet; ${pool} will be made in ${usual}.` };
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

async function findNetwork({ connection, network: name }: Session, limits: Limits): Promise<Finding> {
  if (name === null) return { detail: "QEMU's own user network: guests reach out, nobody reaches them." };
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
