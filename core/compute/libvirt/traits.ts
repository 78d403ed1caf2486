import { choicesOf, type DomainCapabilities } from '../../libvirt/xml/domain-capabilities.ts';
import type { HostFacts } from '../driver.ts';
import { isX86 } from './guest-host.ts';

/** What is known of a host that has a standard name. */
export interface TraitSource {
  readonly arch: string;
  readonly virtType: HostFacts['virtType'];
  /** libvirt's names, of the CPU that guests get */
  readonly cpuFeatures: ReadonlySet<string>;
  readonly offers: DomainCapabilities | null;
  readonly hyperthreading: boolean;
}

/**
 * libvirt's names (cpu_map/x86_features.xml) and the part after HW_CPU_X86_. Source: `CPU_TRAITS_MAPPING` in
 * nova/virt/libvirt/utils.py, and os_traits/hw/cpu/x86 for what Nova leaves out.
 */
const X86_FEATURES: Readonly<Record<string, readonly string[]>> = {
  '3dnow': ['3DNOW'],
  abm: ['ABM'],
  aes: ['AESNI'],
  'amx-bf16': ['AMXBF16'],
  'amx-int8': ['AMXINT8'],
  'amx-tile': ['AMXTILE'],
  avx: ['AVX'],
  avx2: ['AVX2'],
  'avx512-vpopcntdq': ['AVX512VPOPCNTDQ'],
  avx512bitalg: ['AVX512BITALG'],
  avx512bw: ['AVX512BW'],
  avx512cd: ['AVX512CD'],
  avx512dq: ['AVX512DQ'],
  avx512er: ['AVX512ER'],
  avx512f: ['AVX512F'],
  avx512ifma: ['AVX512IFMA'],
  avx512pf: ['AVX512PF'],
  avx512vbmi: ['AVX512VBMI'],
  avx512vbmi2: ['AVX512VBMI2'],
  avx512vl: ['AVX512VL'],
  avx512vnni: ['AVX512VNNI'],
  bmi1: ['BMI'],
  bmi2: ['BMI2'],
  f16c: ['F16C'],
  fma: ['FMA3'],
  fma4: ['FMA4'],
  gfni: ['AVX512GFNI'],
  mmx: ['MMX'],
  mpx: ['MPX'],
  pclmuldq: ['CLMUL'],
  pdpe1gb: ['PDPE1GB'],
  // libvirt calls SSE3 by the name of its CPUID bit; Nova looks for `sse3` and never finds it.
  pni: ['SSE3'],
  rtm: ['TSX'],
  sgx: ['SGX'],
  'sha-ni': ['SHA'],
  sse: ['SSE'],
  sse2: ['SSE2'],
  'sse4.1': ['SSE41'],
  'sse4.2': ['SSE42'],
  sse4a: ['SSE4A'],
  ssse3: ['SSSE3'],
  stibp: ['STIBP'],
  svm: ['SVM', 'AMD_SVM'],
  tbm: ['TBM'],
  vaes: ['AVX512VAES'],
  vmx: ['VMX', 'INTEL_VMX'],
  vpclmulqdq: ['AVX512VPCLMULQDQ'],
  xop: ['XOP'],
};

/** What has a name in os_traits; other values of libvirt have none. os_traits/{hw/arch,compute/*}.py */
const NAMED = {
  HW_ARCH: ['AARCH64', 'ARMV7', 'I686', 'MIPS64EL', 'PPC64', 'PPC64LE', 'S390X', 'X86_64'],
  COMPUTE_ARCH: ['AARCH64', 'MIPSEL', 'PPC64LE', 'RISCV64', 'S390X', 'X86_64'],
  COMPUTE_STORAGE_BUS: ['FDC', 'IDE', 'SATA', 'SCSI', 'USB', 'VIRTIO'],
  COMPUTE_GRAPHICS_MODEL: ['BOCHS', 'CIRRUS', 'GOP', 'NONE', 'QXL', 'VGA', 'VIRTIO', 'VMVGA'],
} as const;

function named(prefix: keyof typeof NAMED, values: readonly string[]): string[] {
  const words: readonly string[] = NAMED[prefix];
  const upper = values.map((value) => value.toUpperCase().replaceAll('-', '_'));
  return upper.filter((value) => words.includes(value)).map((value) => `${prefix}_${value}`);
}

/** QEMU's network cards, which libvirt does not list. Source: `SUPPORTED_VIF_MODELS` in nova/virt/libvirt/vif.py */
const VIF_MODELS = ['E1000', 'E1000E', 'NE2K_PCI', 'PCNET', 'RTL8139', 'VIRTIO', 'VMXNET3'].map(
  (model) => `COMPUTE_NET_VIF_MODEL_${model}`,
);

function cpuTraits({ arch, cpuFeatures, hyperthreading, virtType }: TraitSource): string[] {
  const features = isX86(arch) ? [...cpuFeatures].flatMap((feature) => X86_FEATURES[feature] ?? []) : [];
  return [
    ...features.map((feature) => `HW_CPU_X86_${feature}`),
    // An emulated CPU has the threads that its guest is told of, and no others.
    ...(hyperthreading && virtType === 'kvm' ? ['HW_CPU_HYPERTHREADING'] : []),
    ...named('HW_ARCH', [arch]),
    ...named('COMPUTE_ARCH', [arch]),
  ];
}

function firmwareTraits(arch: string, offers: DomainCapabilities): string[] {
  const uefi = choicesOf(offers.os, 'firmware').includes('efi');
  const secure = uefi && choicesOf(offers.loader, 'secure').includes('yes');
  return [
    ...(isX86(arch) ? ['COMPUTE_FIRMWARE_BIOS'] : []),
    ...(uefi ? ['COMPUTE_FIRMWARE_UEFI'] : []),
    ...(secure ? ['COMPUTE_SECURITY_UEFI_SECURE_BOOT'] : []),
  ];
}

/** Source: `_get_tpm_traits` in nova/virt/libvirt/driver.py; before libvirt 8.6 an emulator spoke both versions. */
function tpmTraits({ tpm }: DomainCapabilities): string[] {
  if (!choicesOf(tpm, 'backendModel').includes('emulator')) return [];
  const models = choicesOf(tpm, 'model');
  const told = choicesOf(tpm, 'backendVersion');
  const versions = told.length === 0 ? ['1.2', '2.0'] : told;
  const traits = {
    TPM_TIS: models.includes('tpm-tis'),
    TPM_CRB: models.includes('tpm-crb'),
    TPM_1_2: versions.includes('1.2'),
    TPM_2_0: versions.includes('2.0'),
  };
  return Object.entries(traits).flatMap(([name, has]) => (has ? [`COMPUTE_SECURITY_${name}`] : []));
}

function deviceTraits(offers: DomainCapabilities): string[] {
  return [
    ...named('COMPUTE_STORAGE_BUS', choicesOf(offers.disk, 'bus')),
    ...named('COMPUTE_GRAPHICS_MODEL', choicesOf(offers.video, 'modelType')),
    ...VIF_MODELS,
  ];
}

/**
 * The standard names of what a host can do, sorted. Every driver of Micronova takes images of both formats.
 * Sources: os-traits; `update_provider_tree` in nova/virt/libvirt/driver.py
 */
export function traitsOf(source: TraitSource): string[] {
  const { offers } = source;
  const all = [
    ...cpuTraits(source),
    ...(offers === null
      ? []
      : [...firmwareTraits(source.arch, offers), ...tpmTraits(offers), ...deviceTraits(offers)]),
    'COMPUTE_IMAGE_TYPE_QCOW2',
    'COMPUTE_IMAGE_TYPE_RAW',
  ];
  return [...new Set(all)].toSorted();
}
