import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { ExpectedError, toErrorBody } from '../../domain/errors.ts';
import { processCaller } from '../../identity/context.ts';
import { LineReader } from './lines.ts';
import {
  ClientMessage,
  MAX_REQUEST,
  parseLine,
  PROTOCOL,
  type ServerHello,
  type ServerMessage,
} from './protocol.ts';
import type { ServedControlPlane } from './served.ts';

/** milliseconds in which a client must have greeted */
const GREETING_DEADLINE = 5_000;
/** milliseconds for a refused client to read why */
const LAST_WORDS = 1_000;
/** calls of one client that may run at once; further ones wait in its socket */
const MAX_CALLS = 64;
/** bytes that may wait for a client before no more of its requests are read */
const FULL = 1024 * 1024;
/** bytes that may wait for a client before it is dropped: events cannot be made to wait */
const OVERFULL = 16 * 1024 * 1024;

/** One client of the local socket. Trusts nothing that it says, and never lets it hold the others up. */
export class LocalSession implements Disposable {
  readonly #socket: Socket;
  readonly #plane: ServedControlPlane;
  readonly #hello: ServerHello;
  readonly #lines = new LineReader(MAX_REQUEST);
  readonly #greeting: NodeJS.Timeout;
  #phase: 'greeting' | 'open' | 'piped' | 'over' = 'greeting';
  #calls = 0;
  #subscription: Disposable | undefined;

  constructor(socket: Socket, plane: ServedControlPlane, hello: ServerHello) {
    this.#socket = socket;
    this.#plane = plane;
    this.#hello = hello;
    this.#greeting = setTimeout(() => this.#refuse(tooQuiet()), GREETING_DEADLINE).unref();
    socket.on('data', this.#onData);
    socket.on('drain', () => this.#read());
    // Whatever broke, the connection is over; `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this[Symbol.dispose]());
  }

  [Symbol.dispose](): void {
    if (this.#phase !== 'piped') this.#phase = 'over';
    clearTimeout(this.#greeting);
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    if (this.#phase !== 'piped') this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#lines.push(chunk);
    this.#read();
  };

  #busy(): boolean {
    return this.#calls >= MAX_CALLS || this.#socket.writableLength > FULL;
  }

  #read(): void {
    try {
      while (this.#phase === 'greeting' || this.#phase === 'open') {
        if (this.#busy()) return void this.#socket.pause();
        const line = this.#lines.next();
        if (line === undefined) return void this.#socket.resume();
        this.#take(parseLine(ClientMessage, line));
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  #take(message: ClientMessage): void {
    if (this.#phase === 'greeting' || message.type === 'hello') return this.#greet(message);
    if (message.type === 'call') {
      return this.#answer(message.id, () => this.#plane.call(message.method, message.input, processCaller()));
    }
    if (message.type === 'subscribe') return this.#answer(message.id, () => this.#subscribe());
    void this.#attach(message.id, message.ticket);
  }

  #greet(message: ClientMessage): void {
    if (this.#phase !== 'greeting' || message.type !== 'hello') {
      throw new ExpectedError('bad_input', 'A connection begins with one greeting.');
    }
    clearTimeout(this.#greeting);
    this.#phase = 'open';
    // A client of another version gets the greeting too: it has to say which Micronova is in its way.
    this.#send(this.#hello);
    if (message.protocol !== PROTOCOL) this.#end();
  }

  #subscribe(): Promise<null> {
    this.#subscription ??= this.#plane.subscribe((event) => this.#send({ type: 'event', event }));
    return Promise.resolve(null);
  }

  #answer(id: number, run: () => Promise<unknown>): void {
    this.#calls += 1;
    void new Promise((resolve) => resolve(run()))
      .then(
        (output) => this.#send({ type: 'result', id, output }),
        (error: unknown) => this.#send({ type: 'error', id, error: toErrorBody(error) }),
      )
      .finally(() => {
        this.#calls -= 1;
        this.#read();
      });
  }

  async #attach(id: number, ticket: string): Promise<void> {
    this.#phase = 'over';
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    try {
      const pipe = await this.#plane.redeemConsole(ticket);
      this.#phase = 'piped';
      this.#send({ type: 'console', id });
      const early = this.#lines.rest();
      if (early.length > 0) pipe.write(early);
      // The end of either side is the end of both; what went wrong is the console's own affair.
      pipeline(this.#socket, pipe, this.#socket, () => {
        pipe.destroy();
        this.#socket.destroy();
      });
    } catch (error) {
      this.#send({ type: 'error', id, error: toErrorBody(error) });
      this.#end();
    }
  }

  #send(message: ServerMessage): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(`${JSON.stringify(message)}\n`);
    if (message.type === 'event' && this.#socket.writableLength > OVERFULL) this.#socket.destroy();
  }

  #refuse(error: unknown): void {
    this.#send({ type: 'error', id: null, error: toErrorBody(error) });
    this.#end();
  }

  #end(): void {
    this.#phase = 'over';
    this.#socket.off('data', this.#onData);
    this.#socket.resume();
    this.#socket.end();
    // A client that goes on sending and never reads would keep the connection half open for ever.
    setTimeout(() => this.#socket.destroy(), LAST_WORDS).unref();
  }
}

function tooQuiet(): ExpectedError {
  return new ExpectedError('transport.timeout', 'The client did not greet in time.');
}
