import type { Duplex } from 'node:stream';
import { ExpectedError } from '../../domain/errors.ts';
import type { Context } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { orAbort } from '../interrupt.ts';
import { takeTerminal } from '../raw-terminal.ts';

/** Ctrl-], as telnet and virsh have it */
const LEAVE = 0x1d;

export interface AttachOptions {
  /** for scripts: leave as soon as the guest has written this */
  readonly until: string | undefined;
  /** for scripts: seconds to listen on once standard input has ended */
  readonly linger: number;
}

/** Finds a text in a stream, however the stream was cut. */
class Finder {
  readonly #wanted: Buffer;
  #tail = Buffer.alloc(0);

  constructor(wanted: string) {
    this.#wanted = Buffer.from(wanted);
  }

  sees(chunk: Buffer): boolean {
    const text = Buffer.concat([this.#tail, chunk]);
    this.#tail = text.subarray(Math.max(0, text.length - this.#wanted.length + 1));
    return text.includes(this.#wanted);
  }
}

function guestClosed(): ExpectedError {
  return new ExpectedError('transport.closed', 'The console was closed from the other side.', {
    remedy: 'The instance may have been stopped; look with “micronova server list”.',
  });
}

/** Joins the terminal and the console until one of them ends. @returns true when the person or the script left */
async function join(context: Context, pipe: Duplex, { until, linger }: AttachOptions): Promise<boolean> {
  const { io, signal } = context;
  const ended = Promise.withResolvers<boolean>();
  const finder = until === undefined ? null : new Finder(until);
  let timer: NodeJS.Timeout | undefined;
  const typed = (chunk: Buffer | string): void => {
    const bytes = Buffer.from(chunk);
    const leave = io.stdin.isTTY === true ? bytes.indexOf(LEAVE) : -1;
    if (!pipe.write(leave === -1 ? bytes : bytes.subarray(0, leave))) {
      io.stdin.pause();
      pipe.once('drain', () => io.stdin.resume());
    }
    if (leave !== -1) ended.resolve(true);
  };
  const inputEnded = (): void => {
    timer ??= setTimeout(() => ended.resolve(until === undefined), linger * 1000);
  };
  pipe.on('data', (chunk: Buffer) => {
    if (!io.stdout.write(chunk)) {
      pipe.pause();
      io.stdout.once('drain', () => pipe.resume());
    }
    if (finder?.sees(chunk) === true) ended.resolve(true);
  });
  pipe.on('error', (error) => ended.reject(error));
  pipe.on('close', () => ended.resolve(false));
  pipe.resume();
  io.stdin.on('data', typed).on('end', inputEnded);
  io.stdin.resume();
  try {
    return await orAbort(signal, ended.promise);
  } finally {
    clearTimeout(timer);
    io.stdin.off('data', typed).off('end', inputEnded);
    io.stdin.pause();
    pipe.destroy();
  }
}

/** Attaches this terminal, or what was piped in, to the instance's serial console. */
export async function attachConsole(context: Context, ref: string, options: AttachOptions): Promise<void> {
  const session = await connectWithHosts(context);
  const { ticket } = await session.call('console.open', { ref, type: 'serial' });
  const pipe = await session.openConsole(ticket);
  const onTerminal = context.io.stdin.isTTY === true;
  if (onTerminal) context.note('Connected to the serial console. Ctrl-] leaves.');
  const terminal = takeTerminal(context.io);
  try {
    const left = await join(context, pipe, options);
    if (!left && options.until !== undefined) {
      throw new ExpectedError('transport.timeout', `The guest has not written “${options.until}”.`);
    }
    if (!left) throw guestClosed();
  } finally {
    terminal[Symbol.dispose]();
    if (onTerminal) context.io.stderr.write('\n');
  }
}
