import { z } from 'zod';
import { Ref, Uuid } from './common.ts';
import { write } from './method.ts';

/**
 * A console is a byte pipe beside the calls: `console.open` makes a one-time ticket, and the adapter (a MessagePort in
 * the window, the local socket on the command line) exchanges it for the pipe within 30 seconds.
 */
export const ConsoleTicket = z.strictObject({
  ticket: Uuid,
  instanceId: Uuid,
  type: z.enum(['serial', 'vnc']),
  /** the VNC password of this session, where the display is reached over TCP */
  password: z.string().nullable(),
});
export type ConsoleTicket = z.infer<typeof ConsoleTicket>;

export const consoleMethods = {
  'console.open': write(z.strictObject({ ref: Ref, type: z.enum(['serial', 'vnc']) }), ConsoleTicket),
};
