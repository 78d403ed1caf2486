import { z } from 'zod';
import { Deleted, Name, Nothing, Ref, RefInput, Revision, TaskRef, Timestamp, Uuid } from './common.ts';
import { read, write } from './method.ts';

export const ImageProperties = z.record(
  z.string().regex(/^[A-Za-z0-9_:.-]{1,255}$/, 'keys take letters, digits, _ : . and -'),
  z.string().max(255),
);

export const Image = z.strictObject({
  id: Uuid,
  name: Name,
  status: z.enum(['queued', 'saving', 'active', 'error']),
  /** found by content at creation, and pinned */
  diskFormat: z.enum(['qcow2', 'raw']),
  /** file size in bytes */
  size: z.number().int().nonnegative(),
  /** size in bytes of the disk the guest sees */
  virtualSize: z.number().int().nonnegative(),
  /** hex SHA-256 of the file */
  sha256: z.string().nullable(),
  /** GiB */
  minDisk: z.number().int().nonnegative(),
  /** MiB */
  minRam: z.number().int().nonnegative(),
  properties: ImageProperties,
  /** hosts that hold a verified copy */
  cachedOn: z.array(Uuid),
  createdAt: Timestamp,
  revision: Revision,
});
export type Image = z.infer<typeof Image>;

export const imageMethods = {
  /** Copies the file into the image store of the data folder (checked and hashed on the way), as a task. */
  'image.create': write(
    z.strictObject({
      name: Name,
      /** absolute path on the desktop */
      file: z.string().min(1).max(4096),
      minDisk: z.number().int().min(0).max(1_000_000).default(0),
      minRam: z.number().int().min(0).max(100_000_000).default(0),
      properties: ImageProperties.default({}),
      /** hosts that get their copy now instead of at the first launch */
      uploadTo: z.array(Ref).default([]),
    }),
    z.strictObject({ image: Image, ...TaskRef.shape }),
  ),
  'image.list': read(Nothing, z.array(Image)),
  'image.show': read(RefInput, Image),
  'image.set': write(
    z.strictObject({
      ref: Ref,
      name: Name.optional(),
      minDisk: z.number().int().min(0).max(1_000_000).optional(),
      minRam: z.number().int().min(0).max(100_000_000).optional(),
      properties: ImageProperties.optional(),
      unsetProperties: z.array(z.string()).optional(),
    }),
    Image,
  ),
  'image.delete': write(RefInput, Deleted),
  /** Upload to a host's pool ahead of a launch. */
  'image.upload': write(z.strictObject({ ref: Ref, host: Ref }), TaskRef),
};
