import { z } from 'zod';
import { Deleted, Metadata, Name, Nothing, Ref, RefInput, Revision, Timestamp, Uuid } from './common.ts';
import { ErrorBody } from './errors.ts';
import { SchedulerHints } from './instance-states.ts';
import { read, write } from './method.ts';

export const HostVerdict = z.strictObject({
  hostId: Uuid,
  hostName: z.string(),
  accepted: z.boolean(),
  /** the filter (or `placement`) that refused */
  filter: z.string().nullable(),
  reason: z.string().nullable(),
  weight: z.number().nullable(),
  weighers: z.array(
    z.strictObject({ name: z.string(), raw: z.number(), normalized: z.number(), multiplier: z.number() }),
  ),
});
export type HostVerdict = z.infer<typeof HostVerdict>;

/** A scheduler's decision, with its reasons. */
export const Decision = z.strictObject({
  selected: Uuid.nullable(),
  alternates: z.array(Uuid),
  /** best first, then the refused ones; of very many hosts only the first of each */
  hosts: z.array(HostVerdict),
  /** hosts that are not listed */
  omitted: z.number().int().nonnegative().default(0),
  /** how many hosts each filter left */
  counts: z.array(z.strictObject({ filter: z.string(), before: z.number().int(), after: z.number().int() })),
  /** what was asked for and had no effect, in words: an unknown hint, one whose filter is off */
  notes: z.array(z.string()).default([]),
});
export type Decision = z.infer<typeof Decision>;

/** A decision as it was kept. */
export const DecisionRecord = z.strictObject({
  at: Timestamp,
  requestId: z.string(),
  /** what it was taken for: `create`, `evacuate`, … */
  action: z.string(),
  decision: Decision,
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/** What would become of a request for one instance or several, judged one after the other. */
export const Preview = z.strictObject({
  /** of the first one */
  ...Decision.shape,
  /** how many of them would find room */
  fitting: z.number().int().nonnegative(),
  /** where they would go */
  placements: z.array(
    z.strictObject({ hostId: Uuid, hostName: z.string(), instances: z.number().int().positive() }),
  ),
  /** why the next one would not, with every host's reason; null when there is room for all */
  shortfall: ErrorBody.nullable(),
});
export type Preview = z.infer<typeof Preview>;

/** Hosts that belong together; their zone and their metadata are what filters and weighers read. nova/objects/aggregate.py */
export const Aggregate = z.strictObject({
  id: Uuid,
  name: Name,
  /** an availability zone is a property of an aggregate; a host is in one at the most */
  availabilityZone: Name.nullable(),
  metadata: Metadata,
  hostIds: z.array(Uuid),
  createdAt: Timestamp,
  revision: Revision,
});
export type Aggregate = z.infer<typeof Aggregate>;

export const AvailabilityZone = z.strictObject({
  name: z.string(),
  /** at least one of its hosts can take instances */
  available: z.boolean(),
  hostIds: z.array(Uuid),
});
export type AvailabilityZone = z.infer<typeof AvailabilityZone>;

/** The zone of hosts that are in no aggregate with a zone: `default_availability_zone` in nova/conf/availability_zone.py */
export const DEFAULT_ZONE = 'nova';

/** nova/objects/instance_group.py */
export const GroupPolicy = z.enum(['affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity']);
export type GroupPolicy = z.infer<typeof GroupPolicy>;

export const ServerGroup = z.strictObject({
  id: Uuid,
  name: Name,
  policy: GroupPolicy,
  /** of `anti-affinity`: how many members one host may have */
  maxServerPerHost: z.number().int().min(1),
  projectId: Uuid,
  /** instances */
  memberIds: z.array(Uuid),
  createdAt: Timestamp,
  revision: Revision,
});
export type ServerGroup = z.infer<typeof ServerGroup>;

/** A filter or weigher, for a page that explains and sets them. */
export const SchedulerPart = z.strictObject({
  name: z.string(),
  kind: z.enum(['filter', 'weigher']),
  /** in a sentence: what it does */
  description: z.string(),
  enabled: z.boolean(),
  /** of a weigher: what its normalised figure is multiplied with, and Nova's own; negative where less is better */
  multiplier: z.number().nullable(),
  defaultMultiplier: z.number().nullable(),
  /** of a filter: whether Nova has it on by default */
  enabledByDefault: z.boolean(),
  /** the aggregate metadata keys and hints that it reads */
  reads: z.array(z.string()),
});
export type SchedulerPart = z.infer<typeof SchedulerPart>;

/** Where one instance of a host that is thought away would go. */
export const Refuge = z.strictObject({
  instanceId: Uuid,
  instanceName: z.string(),
  hostId: Uuid.nullable(),
  hostName: z.string().nullable(),
  /** why nowhere; null when it finds a place */
  reason: z.string().nullable(),
});
export type Refuge = z.infer<typeof Refuge>;

export const schedulingMethods = {
  'aggregate.list': read(Nothing, z.array(Aggregate)),
  'aggregate.create': write(
    z.strictObject({
      name: Name,
      availabilityZone: Name.nullable().default(null),
      metadata: Metadata.default({}),
      hosts: z.array(Ref).default([]),
    }),
    Aggregate,
  ),
  'aggregate.set': write(
    z.strictObject({
      ref: Ref,
      name: Name.optional(),
      availabilityZone: Name.nullable().optional(),
      metadata: Metadata.optional(),
      unsetMetadata: z.array(z.string()).optional(),
      addHosts: z.array(Ref).optional(),
      removeHosts: z.array(Ref).optional(),
    }),
    Aggregate,
  ),
  'aggregate.delete': write(RefInput, Deleted),
  'availabilityZone.list': read(Nothing, z.array(AvailabilityZone)),
  'serverGroup.list': read(Nothing, z.array(ServerGroup)),
  'serverGroup.create': write(
    z.strictObject({
      name: Name,
      policy: GroupPolicy,
      maxServerPerHost: z.number().int().min(1).max(1000).optional(),
      project: Ref.optional(),
    }),
    ServerGroup,
  ),
  'serverGroup.delete': write(RefInput, Deleted),
  'scheduler.parts': read(Nothing, z.array(SchedulerPart)),
  /** How many more of these would find room, one after the other, until none does (or 1,000 have). */
  'scheduler.room': read(
    // The launch question without its count: an instance's contract stands above this one.
    z.strictObject({
      flavor: Ref,
      image: Ref.optional(),
      availabilityZone: Name.optional(),
      group: Ref.optional(),
      hints: SchedulerHints.default({}),
      project: Ref.optional(),
    }),
    Preview,
  ),
  /** If this host died now: where would each of its instances go, one after the other? */
  'scheduler.withoutHost': read(
    RefInput,
    z.strictObject({ hostId: Uuid, hostName: z.string(), refuges: z.array(Refuge) }),
  ),
};
