import { describe, expect, it } from 'vitest';
import { ExpectedError } from '../domain/errors.ts';
import { ManualClock } from './manual-clock.ts';
import { withinLimits } from './step-limits.ts';

const MINUTE = 60_000;
const never = new Promise<never>(() => undefined);
const steps = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

function begin(work: Parameters<typeof withinLimits>[1]) {
  const clock = new ManualClock();
  const cancel = new AbortController();
  const limits = { clock, signal: cancel.signal, name: 'define', patience: 10 * MINUTE };
  const outcome = withinLimits(limits, work).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  let settled = false;
  void outcome.then(() => (settled = true));
  return { clock, cancel, outcome, isSettled: () => settled };
}

describe('a step', () => {
  it('that ends in time is left alone, and its value handed on', async () => {
    const { clock, outcome } = begin(async () => 'done');
    expect(await outcome).toEqual({ value: 'done' });
    clock.pass(100 * MINUTE);
  });

  it('that gets nowhere is asked to end, and told of as what it was', async () => {
    const { clock, outcome } = begin(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new ExpectedError('cancelled', 'broken off')));
        }),
    );
    clock.pass(10 * MINUTE);
    expect(await outcome).toMatchObject({
      error: { code: 'libvirt.timeout', message: 'The step define got nowhere for 10 minutes' },
    });
  });

  it('that does not even end when asked is left behind', async () => {
    const { clock, outcome, isSettled } = begin(() => never);
    clock.pass(10 * MINUTE);
    await steps();
    expect(isSettled()).toBe(false);
    clock.pass(MINUTE);
    expect(await outcome).toMatchObject({ error: { code: 'libvirt.timeout' } });
  });

  it('may take as long as it likes while it counts', async () => {
    let gotOn = (): void => undefined;
    const { clock, isSettled } = begin((surveyed) => {
      ({ gotOn } = surveyed);
      return never;
    });
    for (let i = 0; i < 20; i += 1) {
      clock.pass(9 * MINUTE);
      gotOn();
    }
    clock.pass(9 * MINUTE);
    await steps();
    expect(isSettled()).toBe(false);
  });

  it('that somebody cancelled has its grace, and then goes with their reason', async () => {
    const { clock, cancel, outcome, isSettled } = begin(() => never);
    cancel.abort(new ExpectedError('cancelled', 'It was cancelled'));
    await steps();
    expect(isSettled()).toBe(false);
    clock.pass(MINUTE);
    expect(await outcome).toMatchObject({ error: { code: 'cancelled', message: 'It was cancelled' } });
  });

  it('keeps what it says itself when it was cancelled', async () => {
    const { cancel, outcome } = begin(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('disk gone')))),
    );
    cancel.abort(new ExpectedError('cancelled', 'It was cancelled'));
    expect(await outcome).toMatchObject({ error: { message: 'disk gone' } });
  });
});
