import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

type Mode = 'open' | 'cut';

/**
 * The wire between the machine and a host: 127.0.0.1:port ⇄ the host's socket file. It can go dead without a word
 * (`cut`: bytes stop, nothing closes) or break with a reset (`close`), at once or after a number of bytes.
 */
export class Relay {
  readonly #server: Server;
  readonly #target: string;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #mode: Mode = 'open';
  /** bytes that may still pass before `#pending` comes true */
  #left = Infinity;
  #pending: 'cut' | 'close' = 'cut';

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
      this.#accept(socket),
    );
  }

  static async listen(target: string): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject);
      relay.#server.listen(0, '127.0.0.1', resolve);
    });
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #accept(client: Socket): void {
    const host = connect({ path: this.#target, allowHalfOpen: true });
    const pair = [client, host] as const;
    this.#pairs.add(pair);
    client.setNoDelay(true);
    for (const [from, to] of [pair, [host, client] as const]) {
      from.on('data', (chunk: Buffer) => this.#pass(chunk, from, to));
      from.on('end', () => to.end());
      to.on('drain', () => this.#mode === 'open' && from.resume());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#pairs.delete(pair);
        if (!to.writableEnded) to.destroy();
      });
    }
    if (this.#mode === 'cut') host.pause();
    else client.resume();
  }

  #pass(chunk: Buffer, from: Socket, to: Socket): void {
    if (!to.write(chunk)) from.pause();
    this.#left -= chunk.length;
    if (this.#left > 0) return;
    this.#left = Infinity;
    if (this.#pending === 'cut') this.cut();
    else this.close();
  }

  /** Bytes stop, in both directions and on new connections; nothing is closed. */
  cut(afterBytes = 0): void {
    if (afterBytes > 0) return this.#arm('cut', afterBytes);
    this.#mode = 'cut';
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** Every connection is reset; new ones are served. */
  close(afterBytes = 0): void {
    if (afterBytes > 0) return this.#arm('close', afterBytes);
    for (const [client, host] of this.#pairs) {
      client.resetAndDestroy();
      host.destroy();
    }
  }

  restore(): void {
    this.#mode = 'open';
    this.#left = Infinity;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  #arm(what: 'cut' | 'close', afterBytes: number): void {
    this.#pending = what;
    this.#left = afterBytes;
  }

  async end(): Promise<void> {
    this.close();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
