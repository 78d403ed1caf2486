import type { TaskProgress } from '../contract/index.ts';
import type { Clock } from './clock.ts';

/** milliseconds between two reports: at most 4 a second */
const INTERVAL = 250;
/** milliseconds over which the rate is taken, and between the samples it is taken from */
const WINDOW = 5_000;
const SAMPLING = 100;

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Turns a step's counts into progress with rate and time left, and thins it out. */
export class ProgressMeter implements Disposable {
  readonly #taskId: string;
  readonly #clock: Clock;
  readonly #report: (progress: TaskProgress) => void;
  #step = '';
  #samples: Sample[] = [];
  #last: Sample = { at: 0, done: 0 };
  #total: number | null = null;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #timer: Disposable | null = null;

  constructor(taskId: string, clock: Clock, report: (progress: TaskProgress) => void) {
    this.#taskId = taskId;
    this.#clock = clock;
    this.#report = report;
  }

  count(step: string, done: number, total: number | null): void {
    const at = this.#clock.elapsed();
    // A repeated step counts from the beginning again.
    if (step !== this.#step || done < this.#last.done) this.#samples = [];
    this.#step = step;
    this.#total = total;
    this.#last = { at, done };
    this.#sample(at);
    this.#thinOut(at);
  }

  #sample(at: number): void {
    if (at - (this.#samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY) < SAMPLING) return;
    const from = this.#samples.findLastIndex((sample) => sample.at <= at - WINDOW);
    this.#samples = [...this.#samples.slice(Math.max(0, from)), this.#last];
  }

  #thinOut(at: number): void {
    if (this.#timer !== null) return;
    const wait = this.#reportedAt + INTERVAL - at;
    if (wait <= 0) this.#tell();
    else this.#timer = this.#clock.after(wait, () => this.#tell());
  }

  #tell(): void {
    this.#timer = null;
    this.#reportedAt = this.#clock.elapsed();
    this.#report(this.#progress());
  }

  #progress(): TaskProgress {
    const last = this.#last;
    const first = this.#samples[0] ?? last;
    const seconds = (last.at - first.at) / 1000;
    const rate = seconds > 0 ? (last.done - first.done) / seconds : 0;
    const left = this.#total === null ? null : Math.max(0, this.#total - last.done);
    return {
      taskId: this.#taskId,
      step: this.#step,
      done: last.done,
      total: this.#total,
      rate,
      eta: left === 0 ? 0 : left === null || rate === 0 ? null : left / rate,
    };
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }
}
