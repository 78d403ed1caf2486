import type { GuestSpec, ImageSource } from '../compute/driver.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Reader } from '../state/database.ts';
import { getImage } from '../state/images.ts';
import { getInstanceRecord, type InstanceRecord } from '../state/instances.ts';
import type { ConductorDeps } from './deps.ts';

/** @throws ExpectedError `cancelled` when the instance is gone: whoever deleted it wanted the work on it to end */
export function needInstance(reader: Reader, instanceId: string): InstanceRecord {
  const record = getInstanceRecord(reader, instanceId);
  if (record !== undefined) return record;
  throw new ExpectedError('cancelled', `The instance ${instanceId} was deleted meanwhile`);
}

/** @throws ExpectedError `image.not_found`, `image.not_active` */
export function imageSource({ database, images }: ConductorDeps, imageId: string): ImageSource {
  const image = getImage(database, imageId);
  if (image === undefined) {
    throw new ExpectedError('image.not_found', `The image ${imageId} is gone`, {
      remedy: 'Choose another image.',
    });
  }
  if (image.status !== 'active' || image.sha256 === null) {
    throw new ExpectedError('image.not_active', `The image “${image.name}” is ${image.status}, not active`, {
      remedy: 'Wait until it is active, or create it again.',
    });
  }
  const { id, name, diskFormat, size, virtualSize, sha256, properties } = image;
  return { id, name, diskFormat, size, virtualSize, sha256, properties, file: images.path(id) };
}

/** What the driver needs to build this instance: the same on every try. */
export function guestSpec(deps: ConductorDeps, record: InstanceRecord): GuestSpec {
  const { instance, mac, publicKey, userData } = record;
  if (instance.imageId === null) {
    throw new ExpectedError('image.not_found', `“${instance.name}” has no image`);
  }
  return {
    id: instance.id,
    name: instance.name,
    hostname: instance.hostname,
    domainName: instance.domainName,
    flavor: instance.flavor,
    image: imageSource(deps, instance.imageId),
    keyName: instance.keyName,
    publicKey,
    userData,
    metadata: instance.metadata,
    mac,
    createdAt: instance.createdAt,
  };
}
