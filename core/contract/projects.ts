import { z } from 'zod';
import { Deleted, Description, Name, Nothing, Ref, RefInput, Revision, Timestamp, Uuid } from './common.ts';
import { read, write } from './method.ts';

const limit = z.number().int().min(-1, 'must be −1 (no limit) or more').max(2_147_483_647);

/** How much of each a project may have; −1: no limit. RAM in MiB. nova/conf/quota.py */
export const Quota = z.strictObject({
  instances: limit,
  cores: limit,
  ram: limit,
  keyPairs: limit,
  serverGroups: limit,
  serverGroupMembers: limit,
  metadataItems: limit,
});
export type Quota = z.infer<typeof Quota>;

/** How much it has. What is counted for each thing alone (group members, metadata items) is not summed up. */
export const QuotaUsage = z.strictObject({
  instances: z.number().int().nonnegative(),
  cores: z.number().int().nonnegative(),
  ram: z.number().int().nonnegative(),
  keyPairs: z.number().int().nonnegative(),
  serverGroups: z.number().int().nonnegative(),
});
export type QuotaUsage = z.infer<typeof QuotaUsage>;

export const Project = z.strictObject({
  id: Uuid,
  name: Name,
  description: Description.nullable(),
  /** a project that is not gets no new instances; those that it has go on */
  enabled: z.boolean(),
  quota: Quota,
  createdAt: Timestamp,
  revision: Revision,
});
export type Project = z.infer<typeof Project>;

/** The project of whoever does not name one. It cannot be deleted. */
export const ADMIN_PROJECT = '00000000-0000-4000-8000-000000000001';

export const projectMethods = {
  'project.list': read(Nothing, z.array(Project)),
  'project.usage': read(RefInput, QuotaUsage),
  'project.create': write(
    z.strictObject({
      name: Name,
      description: Description.nullable().default(null),
      quota: Quota.partial().default({}),
    }),
    Project,
  ),
  'project.set': write(
    z.strictObject({
      ref: Ref,
      name: Name.optional(),
      description: Description.nullable().optional(),
      enabled: z.boolean().optional(),
      quota: Quota.partial().optional(),
    }),
    Project,
  ),
  /** Refused while it has instances, or is the project `admin`. */
  'project.delete': write(RefInput, Deleted),
};
