import { z } from 'zod';
import { Deleted, Description, Name, Nothing, RefInput, Ref, Revision, Timestamp } from './common.ts';
import { read, write } from './method.ts';

const ExtraSpecs = z.record(
  z.string().regex(/^[A-Za-z0-9:_.\- ]{1,255}$/, 'keys take letters, digits, : _ . - and space'),
  z.string().max(255),
);

const LARGEST = 2_147_483_647;
const TOO_LARGE = `must be at most ${LARGEST}`;

const fields = {
  vcpus: z.number().int().min(1, 'must be at least 1').max(LARGEST, TOO_LARGE),
  /** MiB */
  ram: z.number().int().min(1, 'must be at least 1').max(LARGEST, TOO_LARGE),
  /** GiB; 0 means the size of the image */
  disk: z.number().int().min(0, 'must not be negative').max(LARGEST, TOO_LARGE),
  /** GiB */
  ephemeral: z.number().int().min(0, 'must not be negative').max(LARGEST, TOO_LARGE),
  /** MiB */
  swap: z.number().int().min(0, 'must not be negative').max(LARGEST, TOO_LARGE),
  isPublic: z.boolean(),
  description: Description.nullable(),
  extraSpecs: ExtraSpecs,
};

export const Flavor = z.strictObject({
  id: z.string().min(1).max(255),
  name: Name,
  ...fields,
  createdAt: Timestamp,
  revision: Revision,
});
export type Flavor = z.infer<typeof Flavor>;

export const FlavorCreate = z.strictObject({
  /** `auto` or left out: a new UUID */
  id: z
    .string()
    .regex(/^[A-Za-z0-9_.\- ]{1,255}$/, 'takes letters, digits, _ . - and space')
    .optional(),
  name: Name,
  vcpus: fields.vcpus,
  ram: fields.ram,
  disk: fields.disk,
  ephemeral: fields.ephemeral.default(0),
  swap: fields.swap.default(0),
  isPublic: z.boolean().default(true),
  description: fields.description.default(null),
  extraSpecs: ExtraSpecs.default({}),
});

export const flavorMethods = {
  'flavor.create': write(FlavorCreate, Flavor),
  'flavor.list': read(Nothing, z.array(Flavor)),
  'flavor.show': read(RefInput, Flavor),
  /** As in Nova only description and extra specs may change; instances keep the copy they were built with. */
  'flavor.set': write(
    z.strictObject({
      ref: Ref,
      description: fields.description.optional(),
      extraSpecs: ExtraSpecs.optional(),
      unsetExtraSpecs: z.array(z.string()).optional(),
    }),
    Flavor,
  ),
  'flavor.delete': write(RefInput, Deleted),
};
