import { z } from 'zod';
import { Nothing, Ref, RefInput, Uuid } from './common.ts';
import { read, write } from './method.ts';

/** Placement's name of a class: a standard one, or one of your own that begins with `CUSTOM_`. */
export const ResourceClass = z
  .string()
  .max(255)
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be capital letters, digits and _');

/** A trait's name, e.g. `HW_CPU_X86_AVX2`. os-traits */
export const Trait = z
  .string()
  .max(255)
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be capital letters, digits and _');

export const Inventory = z.strictObject({
  total: z.number().int().nonnegative(),
  reserved: z.number().int().nonnegative(),
  minUnit: z.number().int().positive(),
  maxUnit: z.number().int().positive(),
  stepSize: z.number().int().positive(),
  allocationRatio: z.number().positive(),
});
export type Inventory = z.infer<typeof Inventory>;

/** Who holds how much of a class. */
export const ConsumerShare = z.strictObject({
  consumerId: z.string(),
  /** `instance`: one of ours; `foreign`: a guest that somebody else made; `unknown`: nobody answers to this claim */
  kind: z.enum(['instance', 'foreign', 'unknown']),
  name: z.string(),
  amount: z.number().int().nonnegative(),
});
export type ConsumerShare = z.infer<typeof ConsumerShare>;

/** A class of a host, explained: (total − reserved) × ratio may be given away, and these have it. */
export const ResourceUsage = z.strictObject({
  resourceClass: ResourceClass,
  ...Inventory.shape,
  /** how much may be given away in all */
  capacity: z.number().int().nonnegative(),
  used: z.number().int().nonnegative(),
  consumers: z.array(ConsumerShare),
});
export type ResourceUsage = z.infer<typeof ResourceUsage>;

export const ProviderUsage = z.strictObject({
  hostId: Uuid,
  hostName: z.string(),
  generation: z.number().int().nonnegative(),
  /** what the host told, and what a person added */
  traits: z.array(Trait),
  usages: z.array(ResourceUsage),
});
export type ProviderUsage = z.infer<typeof ProviderUsage>;

/** A claim that does not agree with what there is. */
export const ClaimProblem = z.strictObject({
  kind: z.enum([
    /** an instance on a host without a claim there */
    'missing',
    /** a claim whose instance is gone, or elsewhere */
    'orphaned',
    /** a claim of another size than the instance's flavor */
    'wrong_size',
    /** more is given away than there is */
    'over_capacity',
  ]),
  hostId: Uuid,
  hostName: z.string(),
  consumerId: z.string().nullable(),
  consumerName: z.string().nullable(),
  detail: z.string(),
  /** `placement.heal` mends it */
  healable: z.boolean(),
});
export type ClaimProblem = z.infer<typeof ClaimProblem>;

export const placementMethods = {
  'placement.usage': read(RefInput, ProviderUsage),
  /** Sets one class of a host. A class of one's own is made by its first `total`, and goes with a total of 0. */
  'placement.setInventory': write(
    z.strictObject({
      ref: Ref,
      resourceClass: ResourceClass,
      total: z.number().int().nonnegative().optional(),
      reserved: z.number().int().nonnegative().optional(),
      minUnit: z.number().int().positive().optional(),
      maxUnit: z.number().int().positive().optional(),
      stepSize: z.number().int().positive().optional(),
      allocationRatio: z.number().positive().max(1000).optional(),
    }),
    ProviderUsage,
  ),
  /** Custom traits of a host, all of them; those that the host tells itself stay. */
  'placement.setTraits': write(z.strictObject({ ref: Ref, traits: z.array(Trait) }), ProviderUsage),
  /** Which hosts could give this now, and why not the others. */
  'placement.candidates': read(
    z.strictObject({
      resources: z.record(ResourceClass, z.number().int().positive()),
      required: z.array(Trait).default([]),
      forbidden: z.array(Trait).default([]),
    }),
    z.array(z.strictObject({ hostId: Uuid, hostName: z.string(), refusal: z.string().nullable() })),
  ),
  'placement.audit': read(Nothing, z.array(ClaimProblem)),
  /** Mends what the audit found and can be mended; answers what was. */
  'placement.heal': write(Nothing, z.array(ClaimProblem)),
};
