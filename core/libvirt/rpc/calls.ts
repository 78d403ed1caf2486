import { ExpectedError } from '../../domain/errors.ts';
import { malformed } from '../protocol/xdr-buffers.ts';
import { decodeRemoteError } from '../errors.ts';
import { STATUS, type Header } from './frame.ts';

/**
 * libvirtd takes five messages of a client at a time (`max_client_requests`) and stops reading at the fifth. Four calls leave
 * one place for pings and stream packets, so that a host that is busy with our calls still answers that it lives.
 */
export const MAX_CALLS = 4;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** milliseconds, from asking to the answer, waiting in the queue included */
  readonly deadline?: number | undefined;
  /** Lanes take turns: a thousand calls in one do not hold up a single one in another. */
  readonly lane?: string | undefined;
}

export interface Request {
  readonly name: string;
  readonly program: number;
  readonly procedure: number;
  readonly args: Buffer;
  /** the serial under which it goes out, just before it does */
  readonly onSent?: (serial: number) => void;
  /** success came after nobody waited any more */
  readonly onLate?: () => void;
  /** the host said no, whether somebody waited or not */
  readonly onRefused?: () => void;
}

interface Call {
  readonly request: Request;
  readonly lane: string;
  readonly resolve: (payload: Buffer) => void;
  readonly reject: (error: unknown) => void;
  /** nobody waits any more, but the host still works on it: its place stays taken */
  abandoned: boolean;
}

interface Wiring {
  readonly send: (serial: number, request: Request) => void;
  /** a serial that a stream still uses */
  readonly taken: (serial: number) => boolean;
  /** the host has stopped answering though it is alive */
  readonly onStuck: (error: ExpectedError) => void;
}

const DEFAULT_DEADLINE = 30_000;

/** The calls of one connection: which wait, which are with the host, and which answer belongs to whom. */
export class Calls {
  readonly #wiring: Wiring;
  readonly #waiting = new Map<string, Set<Call>>();
  readonly #sent = new Map<number, Call>();
  #serial = 0;
  #failure: Error | null = null;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  /** @returns the body of the answer */
  async ask(request: Request, options: CallOptions): Promise<Buffer> {
    if (this.#failure !== null) throw this.#failure;
    const { signal, deadline = DEFAULT_DEADLINE, lane = '' } = options;
    if (signal?.aborted) throw cancelled(request.name, signal);
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const call: Call = { request, lane, resolve, reject, abandoned: false };
    const timer = setTimeout(() => this.#expire(call, deadline), deadline);
    const onAbort = (): void => this.#abandon(call, cancelled(request.name, signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#enqueue(call);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** @throws ExpectedError `libvirt.protocol` for an answer that nobody asked for */
  answer(header: Header, payload: Buffer): void {
    const call = this.#sent.get(header.serial);
    if (call === undefined) throw malformed(`it answers call ${header.serial}, which was never made`);
    const { request } = call;
    if (request.procedure !== header.procedure || request.program !== header.program) {
      throw malformed(`it answers ${request.name} with procedure ${header.procedure}`);
    }
    if (header.status !== STATUS.ok && header.status !== STATUS.error) {
      throw malformed(`an answer has status ${header.status}`);
    }
    this.#sent.delete(header.serial);
    this.#settle(call, header.status, payload);
    this.#pump();
  }

  #settle(call: Call, status: number, payload: Buffer): void {
    const ok = status === STATUS.ok;
    if (!ok) call.request.onRefused?.();
    else if (call.abandoned) call.request.onLate?.();
    if (call.abandoned) return;
    if (ok) call.resolve(payload);
    else call.reject(errorOf(payload, call.request.name));
  }

  fail(error: Error): void {
    this.#failure = error;
    for (const calls of [this.#sent.values(), ...this.#waiting.values()]) {
      for (const call of calls) call.reject(error);
    }
    this.#sent.clear();
    this.#waiting.clear();
  }

  #enqueue(call: Call): void {
    const lane = this.#waiting.get(call.lane);
    if (lane === undefined) this.#waiting.set(call.lane, new Set([call]));
    else lane.add(call);
    this.#pump();
  }

  #pump(): void {
    while (this.#sent.size < MAX_CALLS) {
      const call = this.#next();
      if (call === null) return;
      const serial = this.#newSerial();
      this.#sent.set(serial, call);
      call.request.onSent?.(serial);
      this.#wiring.send(serial, call.request);
    }
  }

  #next(): Call | null {
    for (const [name, lane] of this.#waiting) {
      const [call] = lane;
      this.#waiting.delete(name);
      if (call === undefined) continue;
      lane.delete(call);
      if (lane.size > 0) this.#waiting.set(name, lane);
      return call;
    }
    return null;
  }

  #newSerial(): number {
    do {
      this.#serial = this.#serial === 0xffff_ffff ? 1 : this.#serial + 1;
    } while (this.#sent.has(this.#serial) || this.#wiring.taken(this.#serial));
    return this.#serial;
  }

  #expire(call: Call, deadline: number): void {
    const error = timedOut(call.request.name, deadline);
    const neverSent = this.#waiting.get(call.lane)?.has(call) ?? false;
    this.#abandon(call, error);
    // Alive, yet every place is held by calls that were given up: only a fresh connection helps.
    const stuck = [...this.#sent.values()].every((sent) => sent.abandoned);
    if (neverSent && stuck) this.#wiring.onStuck(error);
  }

  #abandon(call: Call, error: ExpectedError): void {
    call.abandoned = true;
    this.#waiting.get(call.lane)?.delete(call);
    call.reject(error);
  }
}

function errorOf(payload: Buffer, name: string): unknown {
  try {
    return decodeRemoteError(payload, name);
  } catch (error) {
    return error;
  }
}

function cancelled(name: string, signal: AbortSignal | undefined): ExpectedError {
  return new ExpectedError('cancelled', `The libvirt call ${name} was cancelled.`, { cause: signal?.reason });
}

function timedOut(name: string, deadline: number): ExpectedError {
  return new ExpectedError('libvirt.timeout', `libvirt did not answer ${name} within ${deadline / 1000} s.`, {
    remedy: "Look at the host's load and at its libvirtd log; a restart of libvirtd leaves guests running.",
    details: { procedure: name },
  });
}
