import { ExpectedError } from '../../domain/errors.ts';
import { decodeRemoteError } from '../errors.ts';
import { malformed } from '../protocol/xdr-buffers.ts';
import { decode, encode, hyper, struct, uint } from '../protocol/xdr.ts';
import { STATUS, STREAM_PACKET_MAX, TYPE, type Header } from './frame.ts';

/** virNetStreamHole in libvirt's src/rpc/virnetprotocol.x */
const streamHole = struct({ length: hyper, flags: uint });

/** What an open stream hears. Called while a packet is taken in, so it must not block. */
export interface StreamSink {
  /** a view, valid for as long as it is kept */
  data(bytes: Buffer): void;
  /** bytes that read as zero and were not sent */
  hole(length: number): void;
  /** the host has no more data; it still waits for our finish */
  end(): void;
  /** settled: null after a finish or abort that the host confirmed */
  closed(error: Error | null): void;
}

export interface ChannelWiring {
  send(type: number, status: number, payload: Uint8Array): void;
  /** @see Outbox.room */
  room(deadline: number): Promise<void>;
  /** stops, or resumes, reading from the whole connection */
  pause(paused: boolean): void;
  /** the serial is free again */
  release(): void;
}

type State = 'open' | 'finishing' | 'aborting' | 'closed';

const NOTHING = new Uint8Array();
/** milliseconds without any room for a packet, or for the answer to a finish */
const STALL = 60_000;

/** One stream of one call: libvirt's packets on one side, a sink on the other. */
export class StreamChannel {
  readonly #name: string;
  readonly #wiring: ChannelWiring;
  readonly #sink: StreamSink;
  #state: State = 'open';
  #failure: Error | null = null;
  readonly #settled = Promise.withResolvers<void>();

  constructor(name: string, wiring: ChannelWiring, sink: StreamSink) {
    this.#name = name;
    this.#wiring = wiring;
    this.#sink = sink;
    this.#settled.promise.catch(() => undefined);
  }

  /** @throws ExpectedError `libvirt.protocol` for a packet that means nothing */
  receive(header: Header, payload: Buffer): void {
    if (this.#state === 'closed') return;
    if (header.status === STATUS.error) return this.#close(decodeRemoteError(payload, this.#name));
    if (header.status === STATUS.ok) return this.#close(null);
    if (header.status !== STATUS.continue) throw malformed(`a stream packet has status ${header.status}`);
    if (this.#state === 'aborting') return;
    if (header.type === TYPE.streamHole) this.#sink.hole(holeLength(payload));
    else if (payload.length === 0) this.#sink.end();
    else this.#sink.data(payload);
  }

  /** Sends one piece after the other, as room allows. @throws what ended the stream */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += STREAM_PACKET_MAX) {
      await this.#ready();
      this.#wiring.send(TYPE.stream, STATUS.continue, bytes.subarray(at, at + STREAM_PACKET_MAX));
    }
  }

  /** @param length bytes that are to read as zero, without being sent */
  async writeHole(length: number): Promise<void> {
    if (length === 0) return;
    await this.#ready();
    const payload = encode(streamHole, { length: BigInt(length), flags: 0 });
    this.#wiring.send(TYPE.streamHole, STATUS.continue, payload);
  }

  async #ready(): Promise<void> {
    this.#check();
    await this.#wiring.room(STALL);
    this.#check();
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#state !== 'open') throw new ExpectedError('transport.closed', 'The stream is closed.');
  }

  /** Says that this was all, and waits until the host has taken it. @throws what the host found wrong */
  async finish(deadline: number = STALL): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'finishing';
      this.#wiring.send(TYPE.stream, STATUS.ok, NOTHING);
    }
    const timer = setTimeout(() => this.abort(unconfirmed(this.#name, deadline)), deadline);
    try {
      await this.#settled.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives the stream up at once; what still comes for it is thrown away. @param reason given to whoever waits */
  abort(reason: Error | null): void {
    if (this.#state !== 'open' && this.#state !== 'finishing') return;
    this.#wiring.pause(false);
    this.#wiring.send(TYPE.stream, STATUS.error, NOTHING);
    this.#state = 'aborting';
    this.#tell(reason ?? new ExpectedError('cancelled', 'The stream was closed.'), reason);
  }

  /** The call that would have opened it failed; whoever called knows. */
  refuse(): void {
    this.#state = 'closed';
    this.#wiring.release();
  }

  /** The connection is gone. */
  fail(error: Error): void {
    if (this.#state !== 'closed') this.#close(error);
  }

  pause(paused: boolean): void {
    if (this.#state === 'open') this.#wiring.pause(paused);
  }

  #close(error: Error | null): void {
    const told = this.#state === 'aborting';
    this.#state = 'closed';
    this.#wiring.pause(false);
    this.#wiring.release();
    if (!told) this.#tell(error, error);
  }

  #tell(failure: Error | null, heard: Error | null): void {
    this.#failure = failure;
    if (failure === null) this.#settled.resolve();
    else this.#settled.reject(failure);
    this.#sink.closed(heard);
  }
}

function holeLength(payload: Buffer): number {
  const { length } = decode(streamHole, payload);
  if (length < 0n || length > Number.MAX_SAFE_INTEGER) throw malformed(`a hole of ${length} bytes`);
  return Number(length);
}

function unconfirmed(name: string, deadline: number): ExpectedError {
  return new ExpectedError(
    'libvirt.timeout',
    `The host did not confirm the end of ${name} within ${deadline / 1000} s.`,
    { details: { procedure: name } },
  );
}
