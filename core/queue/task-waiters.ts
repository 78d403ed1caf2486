import type { Task } from '../contract/index.ts';
import type { Clock } from './clock.ts';

export function isOver(task: Task): boolean {
  return task.state !== 'queued' && task.state !== 'running';
}

/** Those who wait for one task to end, or for all. */
export class TaskWaiters {
  readonly #clock: Clock;
  readonly #ended = new Map<string, Set<() => void>>();
  readonly #idle = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the task has ended, `timeout` milliseconds have passed or the signal is aborted; it never rejects. */
  async ended(id: string, timeout: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#ended.get(id) ?? new Set();
    this.#ended.set(id, waiting.add(resolve));
    const timer = this.#clock.after(timeout, resolve);
    signal?.addEventListener('abort', () => resolve(), { once: true });
    if (signal?.aborted) resolve();
    await promise;
    timer[Symbol.dispose]();
    waiting.delete(resolve);
    if (waiting.size === 0) this.#ended.delete(id);
  }

  async idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    await promise;
  }

  tellEnded(id: string): void {
    for (const resolve of this.#ended.get(id) ?? []) resolve();
  }

  tellIdle(): void {
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}
