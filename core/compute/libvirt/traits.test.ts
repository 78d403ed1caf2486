import { describe, expect, it } from 'vitest';
import { Trait } from '../../contract/index.ts';
import { domainCapabilities } from '../../libvirt/xml/domain-capabilities.ts';
import { readXml } from '../../libvirt/xml/mapper.ts';
import { type TraitSource, traitsOf } from './traits.ts';

const OFFERS = `<domainCapabilities>
  <os supported='yes'><enum name='firmware'><value>efi</value></enum>
    <loader supported='yes'><enum name='secure'><value>yes</value><value>no</value></enum></loader></os>
  <devices>
    <disk supported='yes'><enum name='bus'><value>ide</value><value>virtio</value><value>sd</value></enum></disk>
    <video supported='yes'><enum name='modelType'><value>vga</value><value>ramfb</value></enum></video>
    <tpm supported='yes'><enum name='model'><value>tpm-tis</value></enum>
      <enum name='backendModel'><value>passthrough</value><value>emulator</value></enum>
      <enum name='backendVersion'><value>2.0</value></enum></tpm>
  </devices></domainCapabilities>`;

const source = (change: Partial<TraitSource> = {}, xml = OFFERS): TraitSource => ({
  arch: 'x86_64',
  virtType: 'kvm',
  cpuFeatures: new Set(['avx2', 'pni', 'vmx', 'popcnt']),
  offers: readXml(domainCapabilities, xml),
  hyperthreading: true,
  ...change,
});
const withoutVifs = (traits: string[]) => traits.filter((trait) => !trait.startsWith('COMPUTE_NET_'));

describe('the traits of a host', () => {
  it('are the standard names of what libvirt tells, sorted, and nothing that has no name', () => {
    expect(withoutVifs(traitsOf(source()))).toEqual([
      'COMPUTE_ARCH_X86_64',
      'COMPUTE_FIRMWARE_BIOS',
      'COMPUTE_FIRMWARE_UEFI',
      'COMPUTE_GRAPHICS_MODEL_VGA',
      'COMPUTE_IMAGE_TYPE_QCOW2',
      'COMPUTE_IMAGE_TYPE_RAW',
      'COMPUTE_SECURITY_TPM_2_0',
      'COMPUTE_SECURITY_TPM_TIS',
      'COMPUTE_SECURITY_UEFI_SECURE_BOOT',
      'COMPUTE_STORAGE_BUS_IDE',
      'COMPUTE_STORAGE_BUS_VIRTIO',
      'HW_ARCH_X86_64',
      'HW_CPU_HYPERTHREADING',
      'HW_CPU_X86_AVX2',
      'HW_CPU_X86_INTEL_VMX',
      'HW_CPU_X86_SSE3',
      'HW_CPU_X86_VMX',
    ]);
    for (const trait of traitsOf(source())) expect(Trait.parse(trait)).toBe(trait);
  });

  it('claim no x86 feature, BIOS or threads where there are none', () => {
    const traits = traitsOf(source({ arch: 'aarch64', virtType: 'qemu' }));
    expect(traits.filter((trait) => /X86|BIOS|HYPERTHREADING/.test(trait))).toEqual([]);
    expect(traits).toContain('HW_ARCH_AARCH64');
  });

  it('have both versions of TPM before libvirt told them apart, and none without an emulator', () => {
    const tpm = (xml: string) => traitsOf(source({}, xml)).filter((trait) => /TPM_\d/.test(trait));
    expect(tpm(OFFERS.replace(/<enum name='backendVersion'>.*<\/enum>/, ''))).toHaveLength(2);
    expect(tpm(OFFERS.replace('<value>emulator</value>', ''))).toEqual([]);
  });

  it('go without the devices of a host that does not list any', () => {
    expect(traitsOf(source({ offers: null })).filter((trait) => /BUS|FIRMWARE|VIF/.test(trait))).toEqual([]);
  });
});
