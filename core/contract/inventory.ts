import { z } from 'zod';
import { Name, Nothing, Ref, Timestamp, TaskRef, Uuid } from './common.ts';
import { Accepted } from './instances.ts';
import { read, write } from './method.ts';

export const FINDING_KINDS = [
  /** the definition on the host is not the one that we last agreed to */
  'drift',
  /** an instance without its domain */
  'missing_domain',
  /** one UUID on two hosts */
  'doubled_domain',
  /** a domain that carries our mark, and that no instance answers to */
  'unknown_domain',
  /** volumes of a guest that is nobody's */
  'orphan_volume',
  /** a DHCP reservation of a guest that is nobody's */
  'orphan_reservation',
  /** the copy of an image that there is no more */
  'orphan_image',
] as const;
export const FindingKind = z.enum(FINDING_KINDS);
export type FindingKind = z.infer<typeof FindingKind>;

export const RESOLUTIONS = ['accept_host', 'restore_ours', 'remove', 'adopt'] as const;
export const Resolution = z.enum(RESOLUTIONS);
export type Resolution = z.infer<typeof Resolution>;

/** Something on a host that does not agree with what we know. Nothing is done about it until a person says so. */
export const Finding = z.strictObject({
  /** the same for the same thing at every look */
  id: z.string().max(1024),
  kind: FindingKind,
  hostId: Uuid,
  hostName: z.string(),
  instanceId: Uuid.nullable(),
  /** the thing: a domain's, volume's or instance's name, a MAC */
  subject: z.string(),
  /** what is the matter, in a sentence */
  detail: z.string(),
  foundAt: Timestamp,
  /** of a volume */
  bytes: z.number().nonnegative().nullable(),
  /** of a drift: the two definitions, as XML that can be laid side by side */
  definitions: z.strictObject({ ours: z.string(), host: z.string() }).nullable(),
  resolutions: z.array(Resolution),
});
export type Finding = z.infer<typeof Finding>;

/** A guest on a host that is no instance of ours. */
export const ForeignGuest = z.strictObject({
  hostId: Uuid,
  uuid: Uuid,
  name: z.string(),
  state: z.string(),
  vcpus: z.number().int().nonnegative(),
  /** MiB */
  ram: z.number().nonnegative(),
  /** `unmanaged`: made with virsh or virt-manager; `other`: another Micronova's instance; `lost`: our own, of which we have no row */
  kind: z.enum(['unmanaged', 'other', 'lost']),
  /** of `other` and `lost`: who has it, and under which name */
  owner: z
    .strictObject({ controlId: z.string(), controlName: z.string(), instanceName: z.string() })
    .nullable(),
  /** why it cannot be adopted; null when it can */
  refusal: z.string().nullable(),
});
export type ForeignGuest = z.infer<typeof ForeignGuest>;

/** All instances that one lost (or other) Micronova has on the connected hosts. */
export const Recovery = z.strictObject({
  controlId: z.string(),
  controlName: z.string(),
  /** carries our own mark: then this data folder is a younger copy of the one that made them */
  own: z.boolean(),
  instances: z.array(
    z.strictObject({
      id: Uuid,
      name: z.string(),
      hostId: Uuid,
      hostName: z.string(),
      flavorName: z.string(),
    }),
  ),
});
export type Recovery = z.infer<typeof Recovery>;

export const inventoryMethods = {
  /** As of the last look at each connected host; `look` takes another one first. */
  'finding.list': read(
    z.strictObject({ host: Ref.optional(), instance: Ref.optional(), look: z.boolean().default(false) }),
    z.array(Finding),
  ),
  'finding.resolve': write(z.strictObject({ id: z.string().max(1024), how: Resolution }), Nothing),
  'guest.list': read(z.strictObject({ host: Ref.optional() }), z.array(ForeignGuest)),
  /** Brings a guest under management, as it is and while it runs. */
  'guest.adopt': write(
    z.strictObject({
      host: Ref,
      uuid: Uuid,
      name: Name.optional(),
      /** left out: one of the same size, made where there is none */
      flavor: Ref.optional(),
      project: Ref.optional(),
    }),
    Accepted,
  ),
  /** The way back: the guest stays as it is, without our mark; the instance is gone. */
  'instance.release': write(z.strictObject({ ref: Ref }), Accepted),
  /** Takes another Micronova's instance over; it learns of it. */
  'guest.takeOver': write(z.strictObject({ host: Ref, uuid: Uuid }), Accepted),
  'recovery.list': read(Nothing, z.array(Recovery)),
  /** Rebuilds instances, flavors, key pairs, images, groups and projects from the domains of a lost Micronova. */
  'recovery.run': write(z.strictObject({ controlId: z.string().max(64) }), TaskRef),
};
