import type { Image } from '../../contract/index.ts';
import type { StoredFacts } from '../../state/hosts.ts';
import type { Filter } from '../filter.ts';

/** Glance's old and new names of the same processors. Source: nova/objects/fields.py `Architecture.canonicalize` */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  x64: 'x86_64',
  arm64: 'aarch64',
  i386: 'i686',
};

const canonical = (arch: string) => ARCHITECTURES[arch.toLowerCase()] ?? arch.toLowerCase();

/** What the host offers for each property; null where everything or nothing is known to go. */
const OFFERS: Readonly<Record<string, (facts: StoredFacts) => readonly string[] | null>> = {
  hw_architecture: (facts) => [canonical(facts.arch)],
  architecture: (facts) => [canonical(facts.arch)],
  img_hv_type: () => ['qemu', 'kvm'],
  hypervisor_type: () => ['qemu', 'kvm'],
  hw_vm_mode: () => ['hvm'],
  vm_mode: () => ['hvm'],
  hw_machine_type: (facts) => known(facts.supports.machines),
  hw_disk_bus: (facts) => known(facts.supports.diskBuses),
  hw_video_model: (facts) => known([...facts.supports.videoModels, 'none']),
  hw_firmware_type: (facts) => known(facts.supports.firmware),
};

// A host that lists nothing has not been asked, and gets the benefit of the doubt.
function known(offers: readonly string[]): readonly string[] | null {
  return offers.filter((offer) => offer !== 'none').length === 0 ? null : offers;
}

type Wish = readonly [key: string, value: string];

function wishesOf(properties: Image['properties']): Wish[] {
  return Object.entries(properties).filter(([key]) => Object.hasOwn(OFFERS, key));
}

function refusalOf(facts: StoredFacts, [key, value]: Wish): string | null {
  const offers = OFFERS[key]?.(facts) ?? null;
  const wanted = key.endsWith('architecture') ? canonical(value) : value.toLowerCase();
  if (offers === null || offers.includes(wanted)) return null;
  return `the image wants ${key} ${value}, the host offers ${offers.join(', ')}`;
}

function firstRefusal(facts: StoredFacts | null, wishes: readonly Wish[]): string | null {
  if (facts === null) return null;
  for (const wish of wishes) {
    const refusal = refusalOf(facts, wish);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Why a host will not do for an image, in words; null when it will, or has told nothing yet. */
export function imageRefusal(
  { properties }: Pick<Image, 'properties'>,
  facts: StoredFacts | null,
): string | null {
  return firstRefusal(facts, wishesOf(properties));
}

/**
 * The host must offer the processor and the devices that the image asks for. Sources: nova/scheduler/filters/
 * image_props_filter.py; `transform_image_metadata` in nova/scheduler/request_filter.py
 */
export const imageProperties: Filter = {
  name: 'ImageProperties',
  description: 'The host must offer the processor and the devices that the image asks for.',
  onByDefault: true,
  reads: Object.keys(OFFERS),
  judge({ image }) {
    const wishes = wishesOf(image?.properties ?? {});
    return wishes.length === 0 ? null : ({ facts }) => firstRefusal(facts, wishes);
  },
};
