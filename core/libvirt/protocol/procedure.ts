import type { Xdr } from './xdr.ts';

/** Source: REMOTE_PROGRAM in libvirt's src/remote/remote_protocol.x */
export const REMOTE_PROGRAM = 0x2000_8086;
/** Source: QEMU_PROGRAM in libvirt's src/remote/qemu_protocol.x */
export const QEMU_PROGRAM = 0x2000_8087;
/** Source: KEEPALIVE_PROGRAM in libvirt's src/rpc/virkeepaliveprotocol.x */
export const KEEPALIVE_PROGRAM = 0x6b65_6570;

/** Which way a procedure's stream carries bytes, seen from here; `none`: it has no stream. */
export type StreamDirection = 'none' | 'read' | 'write' | 'both';

/** Where a call lives. */
export interface ProcedureId {
  /** for messages only; libvirt's own name without its prefix */
  readonly name: string;
  readonly program: number;
  readonly number: number;
}

/** One call that a host may be asked: what goes in and out. */
export interface Procedure<A, R, S extends StreamDirection = StreamDirection> extends ProcedureId {
  readonly args: Xdr<A>;
  readonly ret: Xdr<R>;
  readonly stream: S;
}

export function procedure<A, R>(
  name: string,
  number: number,
  args: Xdr<A>,
  ret: Xdr<R>,
  program: number = REMOTE_PROGRAM,
): Procedure<A, R, 'none'> {
  return { name, program, number, args, ret, stream: 'none' };
}

export function streaming<A, R, S extends Exclude<StreamDirection, 'none'>>(
  name: string,
  number: number,
  stream: S,
  args: Xdr<A>,
  ret: Xdr<R>,
): Procedure<A, R, S> {
  return { name, program: REMOTE_PROGRAM, number, args, ret, stream };
}

/** What every event message begins with: which registration it answers. */
export interface EventMessage {
  readonly callbackId: number;
}

/** An event: how to ask for it, how to stop it, and what comes. */
export interface EventKind<M extends EventMessage> {
  readonly name: string;
  /** procedure number of the message */
  readonly number: number;
  readonly message: Xdr<M>;
  readonly eventId: number;
  /** `only` would narrow it to one object; null asks for all */
  readonly register: Procedure<{ eventId: number; only: null }, EventMessage, 'none'>;
  readonly deregister: Procedure<EventMessage, void, 'none'>;
}
