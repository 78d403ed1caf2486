import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ExpectedError } from '../domain/errors.ts';

/** milliseconds */
const LIFETIME = 30_000;

interface Held {
  readonly stream: Duplex;
  readonly timer: NodeJS.Timeout;
  readonly onEnd: () => void;
}

/**
 * Open consoles that wait for whoever asked for them. The pipe is opened with the ticket, so that what goes wrong is
 * told by the call that asked; a ticket that nobody brings back closes it. nova/consoleauth
 */
export class ConsoleTickets {
  readonly #held = new Map<string, Held>();

  /** @returns the ticket: good once, for 30 seconds */
  issue(stream: Duplex): string {
    const ticket = randomUUID();
    const onEnd = () => this.#drop(ticket);
    const timer = setTimeout(onEnd, LIFETIME);
    timer.unref();
    stream.once('close', onEnd);
    stream.on('error', onEnd);
    this.#held.set(ticket, { stream, timer, onEnd });
    return ticket;
  }

  /** @throws ExpectedError `instance.no_console` when the ticket is unknown, used or too old, or the guest hung up */
  redeem(ticket: string): Duplex {
    const held = this.#held.get(ticket);
    if (held === undefined) {
      throw new ExpectedError('instance.no_console', 'This console ticket is used up or too old.', {
        remedy: 'Open the console again.',
      });
    }
    this.#forget(ticket, held);
    return held.stream;
  }

  /** Closes every pipe that still waits. */
  close(): void {
    for (const ticket of this.#held.keys()) this.#drop(ticket);
  }

  #drop(ticket: string): void {
    const held = this.#held.get(ticket);
    if (held === undefined) return;
    this.#held.delete(ticket);
    clearTimeout(held.timer);
    held.stream.off('close', held.onEnd);
    // The error listener stays: a stream that is torn down may still complain, and nobody else listens any more.
    held.stream.destroy();
  }

  #forget(ticket: string, held: Held): void {
    this.#held.delete(ticket);
    clearTimeout(held.timer);
    held.stream.off('close', held.onEnd);
    held.stream.off('error', held.onEnd);
  }
}
