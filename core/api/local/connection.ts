import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ExpectedError, fromErrorBody } from '../../domain/errors.ts';
import { controlAddress } from '../../transport/platform.ts';
import { LineReader } from './lines.ts';
import { MAX_ANSWER, parseLine, PROTOCOL, type ServerHello, ServerMessage } from './protocol.ts';

/** milliseconds for the owner to greet: it may be busy with its own start */
const GREETING_DEADLINE = 10_000;

/** What connecting says when there is no owner: no socket, or one that a dead owner left behind. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

type Listener = (message: ServerMessage) => void;

/** One greeted connection to the owner of a data folder: messages out, messages in. */
export class LocalConnection {
  readonly closed: Promise<Error | null>;
  readonly #socket: Socket;
  readonly #lines = new LineReader(MAX_ANSWER);
  #listener: Listener = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((done) => {
      let failure: Error | null = null;
      socket.on('error', (error) => (failure = error));
      socket.on('close', () => done(failure));
    });
    socket.on('data', this.#onData);
  }

  /** Null when nobody owns the folder. @throws ExpectedError `transport.timeout`, `transport.socket_forbidden` */
  static async open(
    home: string,
    version: string,
  ): Promise<{ connection: LocalConnection; hello: ServerHello } | null> {
    const socket = await dial(controlAddress(home).path);
    if (socket === null) return null;
    const connection = new LocalConnection(socket);
    const hello = await connection.#greet(version);
    return hello === null ? null : { connection, hello };
  }

  onMessage(listener: Listener): void {
    this.#listener = listener;
  }

  /** False when the connection is gone. */
  send(message: object): boolean {
    if (this.#socket.destroyed || this.#socket.writableEnded) return false;
    this.#socket.write(`${JSON.stringify(message)}\n`);
    return true;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Turns this connection into the console's byte pipe, which is paused until somebody resumes or pipes it. */
  async becomeConsole(ticket: string): Promise<Duplex> {
    const answer = this.#nextMessage();
    this.send({ type: 'console', id: 0, ticket });
    const message = await answer;
    if (message?.type === 'console') {
      this.#socket.unshift(this.#lines.rest());
      return this.#socket;
    }
    this.close();
    if (message?.type === 'error') throw fromErrorBody(message.error);
    throw new ExpectedError('transport.closed', 'The console was closed before it was open.');
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#lines.push(chunk);
    try {
      for (let line = this.#lines.next(); line !== undefined; line = this.#lines.next()) {
        const message = parseLine(ServerMessage, line);
        // What follows this line is no message any more.
        if (message.type === 'console') this.#leaveLines();
        this.#listener(message);
        if (message.type === 'console') return;
      }
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : undefined);
    }
  };

  #leaveLines(): void {
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
  }

  /** Null when the connection ended first. */
  #nextMessage(): Promise<ServerMessage | null> {
    return new Promise((done) => {
      this.onMessage(done);
      this.#socket.once('close', () => done(null));
    });
  }

  async #greet(version: string): Promise<ServerHello | null> {
    const answer = this.#nextMessage();
    const timer = setTimeout(() => this.#socket.destroy(tooQuiet()), GREETING_DEADLINE).unref();
    this.send({ type: 'hello', protocol: PROTOCOL, version });
    const message = await answer;
    clearTimeout(timer);
    if (message?.type === 'hello') return message;
    this.close();
    if (message?.type === 'error') throw fromErrorBody(message.error);
    const failure = await this.closed;
    if (failure instanceof ExpectedError) throw failure;
    // An owner that is just ending closes without a word: then there is none.
    return null;
  }
}

function tooQuiet(): ExpectedError {
  return new ExpectedError('transport.timeout', 'The Micronova that owns the data folder does not answer.', {
    remedy: 'Look at that process; end it if it hangs.',
  });
}

function dial(path: string): Promise<Socket | null> {
  return new Promise((done, fail) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.off('error', onError);
      done(socket);
    });
    const onError = (error: NodeJS.ErrnoException): void => {
      if (NOBODY.has(error.code ?? '')) return done(null);
      fail(
        new ExpectedError(
          'transport.socket_forbidden',
          `${path} cannot be opened: the data folder is no folder that your account may enter, or its Micronova belongs to another user.`,
          {
            cause: error,
            remedy:
              'Name a data folder of your own with --home or MICRONOVA_HOME, or be the user who started that one.',
          },
        ),
      );
    };
    socket.once('error', onError);
  });
}
