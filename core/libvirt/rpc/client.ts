import type { Duplex } from 'node:stream';
import { ExpectedError } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { malformed } from '../protocol/xdr-buffers.ts';
import {
  KEEPALIVE_PROGRAM,
  QEMU_PROGRAM,
  REMOTE_PROGRAM,
  type Procedure,
  type ProcedureId,
} from '../protocol/procedure.ts';
import { decode, encode } from '../protocol/xdr.ts';
import { Calls, type CallOptions } from './calls.ts';
import { decodeFrame, encodeFrame, STATUS, TYPE, type Frame } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { Keepalive } from './keepalive.ts';
import { Outbox } from './outbox.ts';
import { StreamChannel, type StreamSink } from './stream-channel.ts';

/** keepalive_procedure in libvirt's src/rpc/virkeepaliveprotocol.x */
const PING = 1;
const PONG = 2;
const NOTHING = new Uint8Array();

/** Something that is fed by a stream: it learns its channel before the first packet can come. */
export interface StreamEnd {
  readonly sink: StreamSink;
  attach(channel: StreamChannel): void;
}

interface ClientOptions {
  readonly log: Log;
  /** a message that no call asked for: an event */
  readonly onMessage: (program: number, procedure: number, payload: Buffer) => void;
}

/**
 * libvirt's RPC over any byte stream. Whatever breaks the protocol ends the connection: after that nothing on it can be
 * believed. Source of the rules: https://libvirt.org/kbase/internals/rpc.html
 */
export class RpcClient {
  readonly #duplex: Duplex;
  readonly #options: ClientOptions;
  readonly #reader = new FrameReader();
  readonly #outbox: Outbox;
  readonly #calls: Calls;
  readonly #streams = new Map<number, StreamChannel>();
  readonly #pausing = new Set<number>();
  readonly #closed = Promise.withResolvers<Error | null>();
  #keepalive: Keepalive | null = null;
  #open = true;

  constructor(duplex: Duplex, options: ClientOptions) {
    this.#duplex = duplex;
    this.#options = options;
    this.#outbox = new Outbox(duplex, () => this.#keepalive?.heard());
    this.#calls = new Calls({
      send: (serial, { program, procedure, args }) =>
        this.#send({ program, procedure, type: TYPE.call, serial, status: STATUS.ok }, args),
      taken: (serial) => this.#streams.has(serial),
      onStuck: (error) => this.close(error),
    });
    duplex.on('data', (chunk: Buffer) => this.#receive(chunk));
    duplex.on('error', (error) => this.close(lost(error)));
    duplex.on('close', () => this.close(lost()));
    duplex.on('end', () => this.close(lost()));
  }

  /** Settles once: with the reason, or with null after `close()`. */
  get closed(): Promise<Error | null> {
    return this.#closed.promise;
  }

  async call<A, R>(procedure: Procedure<A, R, 'none'>, args: A, options: CallOptions): Promise<R> {
    const request = { ...address(procedure), args: encode(procedure.args, args) };
    return decode(procedure.ret, await this.#calls.ask(request, options));
  }

  /** Calls a procedure that has a stream. @param end what the stream's packets go to */
  async openStream<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    end: StreamEnd,
    options: CallOptions,
  ): Promise<R> {
    let channel: StreamChannel | null = null;
    const request = {
      ...address(procedure),
      args: encode(procedure.args, args),
      onSent: (serial: number) => {
        channel = this.#addStream(procedure, serial, end.sink);
        end.attach(channel);
      },
      onLate: () => channel?.abort(null),
      onRefused: () => channel?.refuse(),
    };
    return decode(procedure.ret, await this.#calls.ask(request, options));
  }

  /** @param timeout milliseconds of silence after which the link is dead */
  startKeepalive(timeout: number): void {
    if (!this.#open) return;
    this.#keepalive?.[Symbol.dispose]();
    this.#keepalive = new Keepalive({
      timeout,
      ping: () => this.#ping(),
      dead: () => this.close(silent(timeout)),
    });
  }

  /** @param reason null when it was wanted */
  close(reason: Error | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#keepalive?.[Symbol.dispose]();
    this.#duplex.destroy();
    const failure = reason ?? new ExpectedError('transport.closed', 'The libvirt connection was closed.');
    this.#calls.fail(failure);
    for (const stream of this.#streams.values()) stream.fail(failure);
    this.#outbox.release();
    this.#closed.resolve(reason);
  }

  #addStream(procedure: ProcedureId, serial: number, sink: StreamSink): StreamChannel {
    const { program, number } = procedure;
    const channel = new StreamChannel(
      procedure.name,
      {
        send: (type, status, payload) =>
          this.#send({ program, procedure: number, type, serial, status }, payload),
        room: (deadline) => this.#outbox.room(deadline),
        pause: (paused) => this.#pause(serial, paused),
        release: () => this.#streams.delete(serial),
      },
      sink,
    );
    this.#streams.set(serial, channel);
    return channel;
  }

  #pause(serial: number, paused: boolean): void {
    if (paused) this.#pausing.add(serial);
    else if (!this.#pausing.delete(serial)) return;
    if (this.#pausing.size > 0) this.#duplex.pause();
    else this.#duplex.resume();
  }

  #ping(): void {
    // We are the deaf one: silence says nothing about the host.
    if (this.#pausing.size > 0) this.#keepalive?.heard();
    else this.#sendKeepalive(PING);
  }

  #sendKeepalive(procedure: number): void {
    const header = {
      program: KEEPALIVE_PROGRAM,
      procedure,
      type: TYPE.message,
      serial: 0,
      status: STATUS.ok,
    };
    this.#send(header, NOTHING);
  }

  #send(header: Frame['header'], payload: Uint8Array): void {
    if (this.#open) this.#outbox.send(encodeFrame(header, payload));
  }

  #receive(chunk: Buffer): void {
    if (!this.#open) return;
    this.#keepalive?.heard();
    try {
      for (const bytes of this.#reader.push(chunk)) {
        this.#dispatch(decodeFrame(bytes));
        if (!this.#open) return;
      }
    } catch (error) {
      this.#options.log.warn({ error }, 'libvirt connection closed: the host broke the protocol');
      this.close(error instanceof Error ? error : malformed(String(error)));
    }
  }

  #dispatch({ header, payload }: Frame): void {
    const { program, type } = header;
    if (program === KEEPALIVE_PROGRAM) return this.#keepaliveMessage(header.procedure);
    if (program !== REMOTE_PROGRAM && program !== QEMU_PROGRAM) {
      throw malformed(`it belongs to program 0x${program.toString(16)}`);
    }
    if (type === TYPE.reply) return this.#calls.answer(header, payload);
    if (type === TYPE.message) return this.#options.onMessage(program, header.procedure, payload);
    // A packet for a stream that is over crossed our last word on the way: nothing to worry about.
    if (type === TYPE.stream || type === TYPE.streamHole) {
      return this.#streams.get(header.serial)?.receive(header, payload);
    }
    throw malformed(`it has type ${type}`);
  }

  #keepaliveMessage(procedure: number): void {
    if (procedure === PING) this.#sendKeepalive(PONG);
    else if (procedure !== PONG) throw malformed(`it is keepalive message ${procedure}`);
  }
}

function address(procedure: ProcedureId) {
  return { name: procedure.name, program: procedure.program, procedure: procedure.number };
}

function lost(cause?: Error): ExpectedError {
  return new ExpectedError('transport.closed', 'The connection to libvirt was lost.', {
    remedy: 'Check the network link, and that libvirtd runs on the host.',
    cause,
  });
}

function silent(timeout: number): ExpectedError {
  return new ExpectedError(
    'transport.timeout',
    `The host has not been heard for ${timeout / 1000} seconds.`,
    {
      remedy: 'Check the network link and that the host is up.',
    },
  );
}
