import type { GuestSpec, ImageSource } from '../compute/driver.ts';
import type { DescribedGroup, DescribedImage, GuestDescription } from '../compute/mark.ts';
import { ExpectedError } from '../domain/errors.ts';
import { controlIdentity } from '../identity/control.ts';
import type { Database, Reader } from '../state/database.ts';
import { getImage } from '../state/images.ts';
import { getInstanceRecord, type InstanceRecord } from '../state/instances.ts';
import { getServerGroup } from '../state/server-groups.ts';
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

function groupOf(reader: Reader, groupId: string | null): DescribedGroup | null {
  if (groupId === null) return null;
  const group = getServerGroup(reader, groupId);
  if (group === undefined) return null;
  const { id, name, policy, maxServerPerHost } = group;
  return { id, name, policy, maxServerPerHost };
}

function describedImage(reader: Reader, imageId: string | null): DescribedImage | null {
  const image = imageId === null ? undefined : getImage(reader, imageId);
  if (image === undefined || image.sha256 === null) return null;
  const { id, name, diskFormat, size, virtualSize, sha256, properties } = image;
  return { id, name, diskFormat, size, virtualSize, sha256, properties };
}

/** What stands in the domain's metadata. */
export function guestDescription(database: Database, instanceId: string): GuestDescription {
  const record = needInstance(database, instanceId);
  return describe(database, record, describedImage(database, record.instance.imageId));
}

function describe(
  database: Database,
  record: InstanceRecord,
  image: DescribedImage | null,
): GuestDescription {
  const { instance } = record;
  return {
    id: instance.id,
    name: instance.name,
    hostname: instance.hostname,
    domainName: instance.domainName,
    control: {
      ...controlIdentity(database),
      generation: record.controlGeneration,
      previous: record.previousOwner,
    },
    flavor: instance.flavor,
    image,
    keyName: instance.keyName,
    publicKey: record.publicKey,
    hasUserData: instance.hasUserData,
    description: instance.description,
    metadata: instance.metadata,
    tags: instance.tags,
    user: instance.user,
    projectName: instance.projectName,
    group: groupOf(database, instance.groupId),
    hints: instance.hints,
    requestedZone: instance.requestedZone,
    origin: instance.origin,
    lock: instance.lock,
    rescue: record.rescue,
    deletedFrom: record.deletedFrom,
    mac: record.mac,
    createdAt: instance.createdAt,
  };
}

/** What the driver needs to build this instance: the same on every try. */
export function guestSpec(deps: ConductorDeps, record: InstanceRecord): GuestSpec {
  const { instance, publicKey, userData } = record;
  if (instance.imageId === null) {
    throw new ExpectedError('image.not_found', `“${instance.name}” has no image`);
  }
  const image = imageSource(deps, instance.imageId);
  return { ...describe(deps.database, record, image), image, publicKey, userData };
}
