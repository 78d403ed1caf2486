import type { Image, Instance } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { demandOf } from '../placement/demands.ts';
import { listProviders } from '../placement/providers.ts';
import { traitRefusal } from '../placement/traits.ts';
import type { Reader } from '../state/database.ts';
import { listHostRecords } from '../state/hosts.ts';
import { imageRefusal } from './filters/image-properties.ts';

/**
 * Asks the instance's own host what the scheduler would ask before a launch there. Nova sends a rebuild with another image
 * through the scheduler with that one host: `_check_requested_image` and `rebuild` in nova/compute/api.py
 * @throws ExpectedError `not_supported` when the host has not what the image asks for
 */
export function refuseImageOnHost(
  reader: Reader,
  { name, hostId, hostName, flavor }: Pick<Instance, 'name' | 'hostId' | 'hostName' | 'flavor'>,
  image: Pick<Image, 'name' | 'properties' | 'virtualSize'>,
): void {
  if (hostId === null) return;
  const [record] = listHostRecords(reader, hostId);
  const [provider] = listProviders(reader, hostId);
  const { required = [], forbidden = [] } = demandOf({ flavor, image });
  const unfit = provider && traitRefusal(provider.traits, { required, forbidden });
  const refusal = imageRefusal(image, record?.facts ?? null) ?? (unfit ? `the host ${unfit}` : null);
  if (refusal === null) return;
  throw new ExpectedError(
    'not_supported',
    `“${name}” cannot have the image “${image.name}” on ${hostName ?? hostId}: ${refusal}.`,
    {
      field: 'image',
      remedy: 'Choose another image, or launch a new instance from this one: the scheduler finds a host.',
      details: { hostId },
    },
  );
}
