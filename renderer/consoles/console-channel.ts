import { CONSOLE_WINDOW, ConsoleFrame, ConsolePort, type ErrorBody } from '../../core/contract/index.ts';

interface Listener {
  /** Answers when the bytes are used, and only then are more of them sent for. */
  data(bytes: Uint8Array): void | Promise<void>;
  /** The last word: why it ended, or null. */
  end(error: ErrorBody | null): void;
}

/** A console's byte pipe over a MessagePort, with the same credit rule both ways as `electron/ipc/console-pipe.ts`. */
export class ConsoleChannel {
  readonly #port: MessagePort;
  #listener: Listener | null = null;
  #credit = CONSOLE_WINDOW;
  #waiting: Uint8Array[] = [];
  #over = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  get isOpen(): boolean {
    return !this.#over;
  }

  /** Frames that came before are delivered now. */
  listen(listener: Listener): void {
    this.#listener = listener;
    this.#port.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#take(data));
    this.#port.start();
  }

  /** Sends what the other side has room for; the rest waits for its credit. */
  write(bytes: Uint8Array): void {
    if (this.#over || bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#flush();
  }

  close(): void {
    if (this.#over) return;
    this.#post({ type: 'end', error: null });
    this.#finish(null);
  }

  #take(data: unknown): void {
    if (this.#over) return;
    const frame = ConsoleFrame.parse(data);
    if (frame.type === 'end') this.#finish(frame.error);
    else if (frame.type === 'data') void this.#use(frame.bytes);
    else {
      this.#credit += frame.bytes;
      this.#flush();
    }
  }

  async #use(bytes: Uint8Array): Promise<void> {
    await this.#listener?.data(bytes);
    if (!this.#over) this.#post({ type: 'credit', bytes: bytes.length });
  }

  #flush(): void {
    while (this.#credit > 0) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) return;
      this.#credit -= bytes.length;
      // A copy: the caller may go on using its buffer.
      this.#post({ type: 'data', bytes: bytes.slice() });
    }
  }

  #post(frame: ConsoleFrame): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
    this.#port.postMessage(frame);
  }

  #finish(error: ErrorBody | null): void {
    this.#over = true;
    this.#port.close();
    this.#listener?.end(error);
  }
}

/** milliseconds in which the desktop hands the port over */
const PORT_DEADLINE = 5000;

/** Exchanges a ticket for its channel. The port comes as a message to the window, from this window only. */
export function channelFor(ticket: string, open: (ticket: string) => void): Promise<ConsoleChannel> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener('message', onMessage);
    };
    const onMessage = (event: MessageEvent<unknown>): void => {
      const message = ConsolePort.safeParse(event.data);
      const [port] = event.ports;
      if (event.source !== window || !message.success || message.data.ticket !== ticket || !port) return;
      done();
      resolve(new ConsoleChannel(port));
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error('The desktop did not hand over the console.'));
    }, PORT_DEADLINE);
    window.addEventListener('message', onMessage);
    open(ticket);
  });
}
