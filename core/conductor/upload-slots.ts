const UPLOADS_PER_HOST = 2;

/** Uploads to one host share its line: so many go at once, the others wait in order. */
export class UploadSlots {
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Dispose of it when the upload has ended. */
  async enter(hostId: string, signal: AbortSignal): Promise<Disposable> {
    while ((this.#taken.get(hostId) ?? 0) >= UPLOADS_PER_HOST) {
      signal.throwIfAborted();
      await this.#turn(hostId, signal);
    }
    signal.throwIfAborted();
    this.#taken.set(hostId, (this.#taken.get(hostId) ?? 0) + 1);
    return { [Symbol.dispose]: () => this.#leave(hostId) };
  }

  async #turn(hostId: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#waiting.set(hostId, [...(this.#waiting.get(hostId) ?? []), wake]);
    signal.addEventListener('abort', wake);
    await promise;
    signal.removeEventListener('abort', wake);
    this.#waiting.set(
      hostId,
      (this.#waiting.get(hostId) ?? []).filter((waiter) => waiter !== wake),
    );
  }

  #leave(hostId: string): void {
    this.#taken.set(hostId, (this.#taken.get(hostId) ?? 1) - 1);
    this.#waiting.get(hostId)?.[0]?.();
  }
}
