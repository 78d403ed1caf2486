import type { ComputeDriver } from '../../core/compute/driver.ts';
import { type ControlPlane, createControlPlane } from '../../core/control-plane.ts';
import { ExpectedError } from '../../core/domain/errors.ts';
import { silentLog } from '../../core/domain/log.ts';
import type { Clock } from '../../core/queue/clock.ts';
import type { Database, Tx } from '../../core/state/database.ts';
import type { Environment } from '../../core/transport/platform.ts';
import { memoryImages } from './memory-images.ts';
import type { Random } from './random.ts';
import type { SimHost } from './sim-host.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a process runs on. */
export interface Ground {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly database: Database;
  readonly hosts: readonly SimHost[];
  /** Asked at each transaction. @throws what the file's disk says */
  beginWrite(process: SimProcess): void;
  /** Asked when it is about to be on disk, and when it is. */
  endWrite(process: SimProcess, isOnDisk: boolean): void;
}

/** A desktop without SSH files and without guests of its own. */
const DESKTOP: Environment = {
  platform: 'darwin',
  env: {},
  home: '/nowhere',
  username: 'me',
  uid: 1,
  tmp: '/nowhere',
};

/** What a process would do after its end: nothing of it happens. */
class Dead extends Error {}

/**
 * One life of the control plane. A killed one is not told: it cannot know. It writes nothing any more, its timers do not
 * fire, and no host hears or answers it.
 */
export class SimProcess {
  readonly ready: Promise<void>;
  readonly #ground: Ground;
  readonly #timers = new Set<Disposable>();
  readonly #drivers = new Set<ComputeDriver>();
  #alive = true;
  #plane: ControlPlane | null = null;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.ready = this.#start();
  }

  /** null while it starts, and when it is dead */
  get plane(): ControlPlane | null {
    return this.#alive ? this.#plane : null;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  kill(): void {
    this.#alive = false;
    for (const timer of this.#timers) timer[Symbol.dispose]();
    for (const driver of this.#drivers) void driver.close();
  }

  async #start(): Promise<void> {
    const { random, hosts } = this.#ground;
    this.#plane = await createControlPlane({
      home: '/nowhere',
      owner: 'serve',
      version: '0.0.0',
      log: silentLog,
      environment: DESKTOP,
      openDriver: async (host) => {
        const door = hosts.find(({ id }) => id === host.id);
        if (door === undefined) throw new ExpectedError('transport.resolve_failed', `Nobody is ${host.name}`);
        return this.#ours(await this.#heard(door.open()));
      },
      surroundings: {
        clock: this.#clock(),
        random: () => random.next(),
        uuid: () => random.uuid(),
        database: this.#database(),
        images: memoryImages,
      },
    });
  }

  /** A dead process never hears an answer. */
  async #heard<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      if (this.#alive) return value;
    } catch (error) {
      if (this.#alive) throw error;
    }
    return Promise.withResolvers<T>().promise;
  }

  #ours(driver: ComputeDriver): ComputeDriver {
    this.#drivers.add(driver);
    void driver.closed.then(() => this.#drivers.delete(driver));
    return new Proxy(driver, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function' || name === 'onEvent' || name === 'close') return value;
        return (...args: unknown[]) => {
          if (!this.#alive) return Promise.withResolvers().promise;
          const answer: unknown = Reflect.apply(value, target, args);
          return answer instanceof Promise ? this.#heard(answer) : answer;
        };
      },
    });
  }

  #clock(): Clock {
    const { clock } = this.#ground;
    return {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      after: (milliseconds, call) => {
        if (!this.#alive) return { [Symbol.dispose]: () => undefined };
        const timer = clock.after(milliseconds, () => {
          this.#timers.delete(timer);
          call();
        });
        this.#timers.add(timer);
        return {
          [Symbol.dispose]: () => {
            this.#timers.delete(timer);
            timer[Symbol.dispose]();
          },
        };
      },
    };
  }

  #database(): Database {
    const { database } = this.#ground;
    return {
      log: silentLog,
      revisions: database.revisions,
      file: database.file,
      copyTo: (target) => database.copyTo(target),
      backUp: (reason, now) => database.backUp(reason, now),
      all: (query) => database.all(query),
      first: (query) => database.first(query),
      write: (work) => this.#write(work),
      // Each by itself: a kill may come between any two.
      writeSoon: async (work) => this.#write(work),
      subscribe: (listener) => database.subscribe((event) => this.#alive && listener(event)),
      announce: (event) => void (this.#alive && database.announce(event)),
      close: () => undefined,
    };
  }

  #write<T>(work: (tx: Tx) => T): T {
    this.#mustLive();
    this.#ground.beginWrite(this);
    const result = this.#ground.database.write((tx) => {
      const answer = work(tx);
      this.#ground.endWrite(this, false);
      this.#mustLive();
      return answer;
    });
    this.#ground.endWrite(this, true);
    this.#mustLive();
    return result;
  }

  #mustLive(): void {
    if (!this.#alive) throw new Dead('the process is dead');
  }
}
