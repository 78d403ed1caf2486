import { describe, expect, it } from 'vitest';
import type { TaskProgress } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { sleep } from './clock.ts';
import { ManualClock } from './manual-clock.ts';
import { ProgressMeter } from './progress.ts';

describe('progress', () => {
  function meter() {
    const clock = new ManualClock();
    const told: TaskProgress[] = [];
    return { clock, told, meter: new ProgressMeter('t', clock, (progress) => told.push(progress)) };
  }

  it('is told at most four times a second, and the last of it always', () => {
    const { clock, told, meter: it_ } = meter();
    for (let done = 1; done < 1000; done += 1) {
      it_.count('upload', done, 999);
      clock.pass(1);
    }
    expect(told).toHaveLength(4);
    clock.pass(250);
    expect(told).toHaveLength(5);
    expect(told.at(-1)).toMatchObject({ step: 'upload', done: 999, total: 999, eta: 0 });
  });

  it('has the rate of the last five seconds, and the time left', () => {
    const { clock, told, meter: it_ } = meter();
    for (let second = 0; second <= 10; second += 1) {
      it_.count('upload', second * 1000, 30_000);
      clock.pass(1000);
    }
    for (let second = 1; second <= 10; second += 1) {
      it_.count('upload', 10_000 + second * 100, 30_000);
      clock.pass(1000);
    }
    expect(told.at(-1)).toMatchObject({ rate: 100, eta: 190 });
  });

  it('begins again when a step does', () => {
    const { clock, told, meter: it_ } = meter();
    it_.count('upload', 5000, null);
    clock.pass(1000);
    it_.count('upload', 10, null);
    clock.pass(1000);
    expect(told.at(-1)).toEqual({ taskId: 't', step: 'upload', done: 10, total: null, rate: 0, eta: null });
  });

  it('is told no more once it is disposed of', () => {
    const { clock, told, meter: it_ } = meter();
    it_.count('upload', 1, 9);
    it_.count('upload', 2, 9);
    it_[Symbol.dispose]();
    clock.pass(1000);
    expect(told).toHaveLength(1);
  });
});

describe('sleep', () => {
  it('ends early, with the reason, when it is aborted', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const slept = sleep(clock, 1000, controller.signal);
    controller.abort(new ExpectedError('cancelled', 'enough'));
    await expect(slept).rejects.toThrow('enough');
  });
});
