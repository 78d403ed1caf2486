import { z } from 'zod';
import {
  Description,
  Flavor,
  GroupPolicy,
  Hostname,
  ImageProperties,
  Metadata,
  Name,
  SchedulerHints,
  Tags,
  Timestamp,
  Uuid,
  VmState,
} from '../../contract/index.ts';
import {
  type InstanceMetadata,
  bareInstanceMetadata,
  type NovaMetadata,
  toItems,
} from '../../libvirt/xml/domain/metadata.ts';
import { readXml } from '../../libvirt/xml/mapper.ts';
import type { GuestDescription } from '../mark.ts';

/** Characters of a mark that is still read: the largest that we write (hints, metadata, tags) stays below. */
const LARGEST = 1024 * 1024;

/** The mark as its element holds it. */
export function metadataOf(guest: GuestDescription): InstanceMetadata {
  const { control, flavor, image, lock } = guest;
  return {
    id: guest.id,
    name: guest.name,
    hostname: guest.hostname,
    createdAt: guest.createdAt,
    owner: guest.user,
    project: guest.projectName,
    description: guest.description ?? undefined,
    keyName: guest.keyName ?? undefined,
    publicKey: guest.publicKey ?? undefined,
    mac: guest.mac,
    origin: guest.origin,
    requestedZone: guest.requestedZone ?? undefined,
    hasUserData: guest.hasUserData,
    hints: Object.keys(guest.hints).length === 0 ? undefined : JSON.stringify(guest.hints),
    control: { id: control.id, name: control.name, generation: control.generation },
    previous: control.previous ?? undefined,
    lock: lock === null ? undefined : { ...lock, reason: lock.reason ?? undefined },
    rescue: guest.rescue ?? undefined,
    deletedFrom: guest.deletedFrom ?? undefined,
    flavor: {
      ...flavor,
      description: flavor.description ?? undefined,
      extraSpecs: toItems(flavor.extraSpecs),
    },
    image: image === null ? undefined : { ...imageOf(image), properties: toItems(image.properties) },
    group: guest.group ?? undefined,
    metadata: toItems(guest.metadata),
    tags: guest.tags.map((name) => ({ name })),
  };
}

// What is given may hold more than the mark, e.g. where the image's file is on the desktop.
function imageOf({
  id,
  name,
  sha256,
  diskFormat,
  size,
  virtualSize,
}: NonNullable<GuestDescription['image']>) {
  return { id, name, sha256, diskFormat, size, virtualSize };
}

/** The same for tools that know Nova. Source: `_get_guest_config_meta` in nova/virt/libvirt/driver.py */
export function novaMetadataOf(guest: GuestDescription): NovaMetadata {
  const { flavor, image } = guest;
  return {
    name: guest.name,
    creationTime: guest.createdAt.slice(0, 19).replace('T', ' '),
    flavor: {
      name: flavor.name,
      memory: flavor.ram,
      disk: flavor.disk,
      swap: flavor.swap,
      ephemeral: flavor.ephemeral,
      vcpus: flavor.vcpus,
    },
    user: guest.user,
    project: guest.projectName,
    rootType: image === null ? undefined : 'image',
    rootId: image?.id,
  };
}

const items = z
  .array(z.object({ key: z.string(), value: z.string() }))
  .transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, value])));
const orNull = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === undefined ? null : value), schema.nullable());
const size = z.number().int().nonnegative();

const hints = z
  .string()
  .default('{}')
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: 'custom', message: 'is no JSON', input: text });
      return z.NEVER;
    }
  })
  .pipe(SchedulerHints);

const MarkedControl = z.object({ id: Uuid, name: Name, generation: z.number().int().min(1) });

/** What a mark must hold to be believed; more may stand there, and means nothing. */
const Mark = z.object({
  id: Uuid,
  name: Name,
  hostname: Hostname,
  createdAt: Timestamp,
  owner: Name,
  project: Name,
  description: orNull(Description),
  keyName: orNull(Name),
  publicKey: orNull(z.string().max(16_384)),
  mac: z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
  origin: z.enum(['launched', 'adopted']),
  requestedZone: orNull(Name),
  hasUserData: z.boolean(),
  hints,
  control: MarkedControl,
  previous: orNull(z.object({ id: Uuid, name: Name, at: Timestamp })),
  rescue: orNull(z.object({ imageId: Uuid, imageName: Name, from: VmState })),
  deletedFrom: orNull(VmState),
  lock: orNull(z.object({ by: Name, at: Timestamp, reason: orNull(z.string().max(255)) })),
  flavor: Flavor.omit({ createdAt: true, revision: true, extraSpecs: true, description: true }).extend({
    description: orNull(Description),
    extraSpecs: items.pipe(Flavor.shape.extraSpecs),
  }),
  image: orNull(
    z.object({
      id: Uuid,
      name: Name,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      diskFormat: z.enum(['qcow2', 'raw']),
      size,
      virtualSize: size,
      properties: items.pipe(ImageProperties),
    }),
  ),
  group: orNull(
    z.object({ id: Uuid, name: Name, policy: GroupPolicy, maxServerPerHost: z.number().int().min(1) }),
  ),
  metadata: items.pipe(Metadata),
  tags: z
    .array(z.object({ name: z.string() }))
    .transform((all) => all.map(({ name }) => name))
    .pipe(Tags),
});

export type ReadMark =
  | { readonly description: GuestDescription; readonly problem: null }
  | { readonly description: null; readonly problem: string };

function bad(problem: string): ReadMark {
  return { description: null, problem };
}

/**
 * What a domain says of itself, parsed before it is believed: anybody who may define domains may write there.
 * @param xml our element as the host has it
 */
export function readMark(xml: string, domain: { readonly uuid: string; readonly name: string }): ReadMark {
  if (xml.length > LARGEST) return bad('its Micronova mark is larger than any that Micronova writes');
  let read: InstanceMetadata;
  try {
    read = readXml(bareInstanceMetadata, xml);
  } catch {
    return bad('its Micronova mark is no XML that can be read');
  }
  if (read.control === undefined) return bad('its Micronova mark does not say whose it is');
  const parsed = Mark.safeParse(read);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return bad(`its Micronova mark is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { control, previous, owner, project, ...mark } = parsed.data;
  if (mark.id !== domain.uuid) return bad('its Micronova mark is that of another guest: the UUIDs differ');
  return {
    problem: null,
    description: {
      ...mark,
      domainName: domain.name,
      user: owner,
      projectName: project,
      control: { ...control, previous },
    },
  };
}
