import type { LibvirtConnection, CallOptions } from '../../libvirt/connection.ts';
import { BASELINE_FLAGS, connect } from '../../libvirt/protocol/connect.ts';
import { cpuDocument, type Capabilities } from '../../libvirt/xml/capabilities.ts';
import { buildXml, patchedPart, readXml } from '../../libvirt/xml/mapper.ts';
import type { HostFacts } from '../driver.ts';
import { isX86 } from './guest-host.ts';
import type { LibvirtDriverOptions } from './session.ts';

type Verdict = Pick<HostFacts, 'virtType' | 'virtReason'>;

/** What a processor with hardware virtualization calls it: Intel's and AMD's name. */
const PROOF = new Set(['vmx', 'svm']);

/**
 * KVM is believed only on proof. Where /dev/kvm is there but the CPU shows neither vmx nor svm (a virtual machine whose
 * own host does not pass it on), libvirt offers KVM, firmware runs, and a real kernel hangs.
 */
export function decideVirtType(
  mode: LibvirtDriverOptions['virtMode'],
  capabilities: Capabilities,
  arch: string,
  cpuFeatures: ReadonlySet<string>,
): Verdict {
  const offered = capabilities.guests?.some(
    (guest) => guest.arch?.name === arch && guest.arch.domains?.some((domain) => domain.type === 'kvm'),
  );
  if (mode === 'emulation') return emulated('Emulation was chosen for this host');
  if (!offered)
    return emulated('The host offers no KVM: it has no hardware virtualization, or it is switched off');
  // Other architectures have no such name in their CPU's list; there libvirt's word is all there is.
  const proven = !isX86(arch) || [...cpuFeatures].some((feature) => PROOF.has(feature));
  if (mode === 'kvm' || proven) return { virtType: 'kvm', virtReason: null };
  return emulated('The host offers KVM, but its CPU shows neither vmx nor svm, so guests would hang');
}

function emulated(virtReason: string): Verdict {
  return { virtType: 'qemu', virtReason };
}

/** All features of the host's CPU: those in the list, and those that the model's name stands for. */
export async function readCpuFeatures(
  connection: LibvirtConnection,
  capabilitiesXml: string,
  options: CallOptions,
): Promise<Set<string>> {
  const place = { root: 'capabilities', under: 'host' };
  const cpu = patchedPart(cpuDocument, capabilitiesXml, place, {});
  if (cpu === null) return new Set();
  return new Set([...namesOf(cpu), ...(await expand(connection, cpu, options))]);
}

/** What a named CPU model stands for. */
export function readModelFeatures(
  connection: LibvirtConnection,
  arch: string,
  model: string,
  options: CallOptions,
): Promise<Set<string>> {
  return expand(connection, buildXml(cpuDocument, { arch, model }), options);
}

async function expand(connection: LibvirtConnection, cpu: string, options: CallOptions) {
  try {
    const args = { cpus: [cpu], flags: BASELINE_FLAGS.expandFeatures };
    return namesOf((await connection.call(connect.baselineCpu, args, options)).cpu);
  } catch {
    // A host that cannot compute it has its list, and that is believed as it is.
    return new Set<string>();
  }
}

function namesOf(cpuXml: string): Set<string> {
  const features = readXml(cpuDocument, cpuXml).features ?? [];
  return new Set(features.flatMap((feature) => (feature.policy === 'disable' ? [] : (feature.name ?? []))));
}
