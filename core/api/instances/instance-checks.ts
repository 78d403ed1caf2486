import type { Flavor, Image } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';

const GIB = 1024 ** 3;

function tooSmall(message: string): ExpectedError {
  return new ExpectedError('bad_input', message, {
    field: 'flavor',
    remedy: 'Choose a larger flavor, or another image.',
  });
}

/** bytes as GiB with at most two decimals */
function gib(bytes: number): string {
  return `${Math.ceil((bytes / GIB) * 100) / 100} GiB`;
}

/**
 * Does the image fit into what the flavor gives? A disk of 0 is as large as the image. Source:
 * `_validate_flavor_image_nostatus` in nova/compute/api.py (FlavorMemoryTooSmall, FlavorDiskSmallerThanImage,
 * FlavorDiskSmallerThanMinDisk).
 * @throws ExpectedError `bad_input`
 */
export function checkFlavorFits(flavor: Pick<Flavor, 'name' | 'ram' | 'disk'>, image: Image): void {
  if (image.minRam > flavor.ram) {
    throw tooSmall(
      `The image “${image.name}” needs ${image.minRam} MiB of RAM; the flavor “${flavor.name}” has ${flavor.ram} MiB.`,
    );
  }
  if (flavor.disk === 0) return;
  if (image.virtualSize > flavor.disk * GIB) {
    throw tooSmall(
      `The image “${image.name}” is a disk of ${gib(image.virtualSize)}; the flavor “${flavor.name}” has ${flavor.disk} GiB.`,
    );
  }
  if (image.minDisk > flavor.disk) {
    throw tooSmall(
      `The image “${image.name}” needs a disk of ${image.minDisk} GiB; the flavor “${flavor.name}” has ${flavor.disk} GiB.`,
    );
  }
}

const LONGEST_NAME = 255;

/** `web` and 3 make `web-1`, `web-2`, `web-3`. Source: `_apply_instance_name_template` in nova/compute/api.py */
export function namesFor(name: string, count: number): string[] {
  if (count === 1) return [name];
  const names = Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
  if (names.every((each) => each.length <= LONGEST_NAME)) return names;
  throw new ExpectedError('bad_input', `The name is too long to get a number from 1 to ${count} behind it.`, {
    field: 'name',
    remedy: 'Choose a shorter name.',
  });
}
