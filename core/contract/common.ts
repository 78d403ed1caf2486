import { z } from 'zod';

/** RFC 9562 UUID, lower case. */
export const Uuid = z.uuid().lowercase();

/** Instant as ISO 8601 in UTC with milliseconds, e.g. `2026-01-31T12:00:00.000Z`. */
export const Timestamp = z.iso.datetime({ precision: 3 });

// Control characters never belong in a name: they break terminals, CSV and libvirt's XML alike.
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** A name a person gives: 1–255 characters, no control characters, no space at either end. */
export const Name = z
  .string()
  .min(1, 'must not be empty')
  .max(255, 'must be at most 255 characters')
  .refine((s) => !CONTROL.test(s), 'must not contain control characters or line breaks')
  .refine((s) => s.trim() === s, 'must not begin or end with a space');

export const Description = z
  .string()
  .max(65_535)
  .refine((s) => !/[^\P{Cc}\n\t]/u.test(s), 'must not contain control characters');

/** Free key/value pairs: Nova's rule, keys and values of at most 255 characters, at most 128 pairs. */
export const Metadata = z
  .record(
    Name,
    z
      .string()
      .max(255, 'must be at most 255 characters')
      .refine((s) => !CONTROL.test(s), 'must not contain control characters'),
  )
  .refine((m) => Object.keys(m).length <= 128, 'must have at most 128 items');

/** Every stored object carries the revision of its last change; a higher one always replaces a lower one. */
export const Revision = z.number().int().nonnegative();

/** Name or id, as a person types it; the handler resolves it and refuses an ambiguous name. */
export const Ref = z.string().min(1, 'must not be empty').max(255);

export const RefInput = z.strictObject({ ref: Ref });
export const Nothing = z.strictObject({});
export const Deleted = z.strictObject({ id: z.string() });

/** Work that goes on after the call returned; follow it with `task.show` or task events. */
export const TaskRef = z.strictObject({ taskId: Uuid });
