import type { Flavor, Image } from '../contract/index.ts';
import type { Demand } from './candidates.ts';
import type { Resources } from './resources.ts';
import { traitDemandOf } from './traits.ts';

/** What is to find room: an instance's flavor, and the image that it boots. */
export interface Wanted {
  readonly flavor: Pick<Flavor, 'vcpus' | 'ram' | 'disk' | 'ephemeral' | 'swap' | 'extraSpecs'>;
  readonly image: Pick<Image, 'virtualSize' | 'properties'> | null;
}

const GIB = 1024 ** 3;
const OVERRIDE = 'resources:';

/**
 * What a flavor takes from placement; `resources:CLASS` in its extra specs has the last word, and 0 takes nothing.
 * Source: `resources_from_flavor` in nova/scheduler/utils.py. A disk of 0 is as large as the image, which Nova leaves
 * uncounted and we know.
 */
export function resourcesOf({ flavor, image }: Wanted): Resources {
  const root = flavor.disk > 0 ? flavor.disk : Math.ceil((image?.virtualSize ?? 0) / GIB);
  const resources: Record<string, number> = {
    VCPU: flavor.vcpus,
    MEMORY_MB: flavor.ram,
    DISK_GB: root + flavor.ephemeral + Math.ceil(flavor.swap / 1024),
  };
  for (const [key, value] of Object.entries(flavor.extraSpecs)) {
    if (!key.startsWith(OVERRIDE) || !/^\d{1,9}$/.test(value)) continue;
    resources[key.slice(OVERRIDE.length)] = Number(value);
  }
  return resources;
}

/** All that an instance asks of its host: the resources, the traits by name, and those that its devices need. */
export function demandOf(wanted: Wanted): Demand {
  const { extraSpecs } = wanted.flavor;
  const properties = wanted.image?.properties ?? {};
  const { required, forbidden } = traitDemandOf(extraSpecs, properties);
  const needed = [...required, ...secureBoot(extraSpecs, properties), ...tpm(extraSpecs, properties)];
  return { resources: resourcesOf(wanted), required: [...new Set(needed)], forbidden };
}

type Specs = Readonly<Record<string, string>>;

/** Source: `_translate_secure_boot_request` in nova/scheduler/utils.py */
function secureBoot(extraSpecs: Specs, properties: Specs): string[] {
  const policy = (extraSpecs['os:secure_boot'] ?? properties['os_secure_boot'])?.trim();
  return policy === 'required' ? ['COMPUTE_SECURITY_UEFI_SECURE_BOOT'] : [];
}

/** Source: `_translate_vtpm_request` in nova/scheduler/utils.py; TIS is the model where none is named */
function tpm(extraSpecs: Specs, properties: Specs): string[] {
  const version = (extraSpecs['hw:tpm_version'] ?? properties['hw_tpm_version'])?.trim();
  if (version !== '1.2' && version !== '2.0') return [];
  const model = (extraSpecs['hw:tpm_model'] ?? properties['hw_tpm_model'])?.trim();
  return [
    `COMPUTE_SECURITY_TPM_${version.replace('.', '_')}`,
    model === 'tpm-crb' ? 'COMPUTE_SECURITY_TPM_CRB' : 'COMPUTE_SECURITY_TPM_TIS',
  ];
}
