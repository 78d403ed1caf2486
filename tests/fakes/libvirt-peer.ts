import { Duplex } from 'node:stream';
import { remoteError } from '../../core/libvirt/errors.ts';
import type { ProcedureId } from '../../core/libvirt/protocol/procedure.ts';
import { encode, type Xdr } from '../../core/libvirt/protocol/xdr.ts';
import {
  decodeFrame,
  encodeFrame,
  STATUS,
  TYPE,
  type Frame,
  type Header,
} from '../../core/libvirt/rpc/frame.ts';
import { FrameReader } from '../../core/libvirt/rpc/frame-reader.ts';

/** The near end of a wire whose far end is the test: what is written lands in the peer at once. */
class Wire extends Duplex {
  readonly onBytes: (bytes: Buffer) => void;
  /** while true, writes do not finish: a link that takes nothing */
  blocked = false;
  #held: (() => void)[] = [];

  constructor(onBytes: (bytes: Buffer) => void) {
    super({ allowHalfOpen: false });
    this.onBytes = onBytes;
  }

  unblock(): void {
    this.blocked = false;
    for (const go of this.#held.splice(0)) go();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.onBytes(chunk);
    if (this.blocked) this.#held.push(done);
    else done();
  }
}

/** A libvirtd that does what the test tells it. */
export class LibvirtPeer {
  readonly wire: Wire;
  /** frames that the client sent and nobody took yet */
  readonly frames: Frame[] = [];
  #wake: (() => void) | null = null;

  constructor() {
    const reader = new FrameReader();
    this.wire = new Wire((bytes) => {
      for (const frame of reader.push(bytes)) this.frames.push(decodeFrame(frame));
      this.#wake?.();
    });
  }

  /** The next frame that the client sends. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  raw(bytes: Buffer): void {
    this.wire.push(bytes);
  }

  send(header: Header, payload: Uint8Array = new Uint8Array()): void {
    this.raw(encodeFrame(header, payload));
  }

  reply<T>(call: Frame, schema: Xdr<T>, value: T): void {
    this.send({ ...call.header, type: TYPE.reply, status: STATUS.ok }, encode(schema, value));
  }

  refuse(call: Frame, code: number, message: string, int1 = 0): void {
    this.send({ ...call.header, type: TYPE.reply, status: STATUS.error }, failure(code, message, int1));
  }

  event<T>(to: Pick<ProcedureId, 'program' | 'number'>, schema: Xdr<T>, value: T): void {
    const header = {
      program: to.program,
      procedure: to.number,
      type: TYPE.message,
      serial: 0,
      status: STATUS.ok,
    };
    this.send(header, encode(schema, value));
  }

  /** A packet of the stream that `call` opened. */
  packet(
    call: Frame,
    status: number,
    payload: Uint8Array = new Uint8Array(),
    type: number = TYPE.stream,
  ): void {
    this.send({ ...call.header, type, status }, payload);
  }
}

export function failure(code: number, message: string, int1 = 0): Buffer {
  const rest = { domain: 0, level: 2, dom: null, str1: null, str2: null, str3: null, int2: 0, net: null };
  return encode(remoteError, { ...rest, code, message, int1 });
}

/** Lets everything run that is ready to run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
