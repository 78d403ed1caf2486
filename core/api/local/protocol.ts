import { z } from 'zod';
import { ContractEvent, ErrorBody, SystemStatus, Uuid } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';

/** Changes whenever the messages below do. The contract itself is guarded by the version in the greeting. */
export const PROTOCOL = 1;

/** bytes: the largest request is an instance with 64 KiB of user data and 128 pairs of metadata */
export const MAX_REQUEST = 1024 * 1024;
/** bytes: the largest answer is a console log */
export const MAX_ANSWER = 64 * 1024 * 1024;

const Id = z.number().int().nonnegative();

/** What a client says, one JSON object a line. The greeting comes first, and once. */
export const ClientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), protocol: z.number().int(), version: z.string().max(100) }),
  z.strictObject({ type: z.literal('call'), id: Id, method: z.string().max(100), input: z.unknown() }),
  z.strictObject({ type: z.literal('subscribe'), id: Id }),
  /** from the answer on, the connection is the console's byte pipe */
  z.strictObject({ type: z.literal('console'), id: Id, ticket: Uuid }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

export const ServerHello = z.object({
  type: z.literal('hello'),
  protocol: z.number().int(),
  version: z.string(),
  home: z.string(),
  pid: z.number().int(),
  owner: SystemStatus.shape.owner,
});
export type ServerHello = z.infer<typeof ServerHello>;

/** What the server says. An error without an id concerns the connection, which then ends. */
export const ServerMessage = z.discriminatedUnion('type', [
  ServerHello,
  z.strictObject({ type: z.literal('result'), id: Id, output: z.unknown() }),
  z.strictObject({ type: z.literal('error'), id: Id.nullable(), error: ErrorBody }),
  z.strictObject({ type: z.literal('event'), event: ContractEvent }),
  z.strictObject({ type: z.literal('console'), id: Id }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** @throws ExpectedError `bad_input` when the line is not one of the schema's messages */
export function parseLine<S extends z.ZodType>(schema: S, line: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new ExpectedError('bad_input', 'A message must be one line of JSON.', { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ExpectedError('bad_input', 'A message did not have the expected form.', { cause: parsed.error });
}
