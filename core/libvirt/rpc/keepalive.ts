/** of `timeout`, how often we look; silence is counted in looks, not in clock time, so that a suspended laptop is no dead link */
const TICKS = 5;
/** looks without a word after which we ask */
const PING_AFTER = 2;

interface KeepaliveOptions {
  /** milliseconds of silence after which the link is dead */
  readonly timeout: number;
  readonly ping: () => void;
  readonly dead: () => void;
}

/** Watches one link. Whatever is heard counts; a ping is sent only into silence. */
export class Keepalive implements Disposable {
  readonly #timer: NodeJS.Timeout;
  readonly #options: KeepaliveOptions;
  #quiet = 0;

  constructor(options: KeepaliveOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.timeout / TICKS);
    this.#timer.unref();
  }

  heard(): void {
    this.#quiet = 0;
  }

  #tick(): void {
    this.#quiet++;
    if (this.#quiet >= TICKS) this.#options.dead();
    else if (this.#quiet >= PING_AFTER) this.#options.ping();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
