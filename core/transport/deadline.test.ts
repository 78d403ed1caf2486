import { expect, it, vi } from 'vitest';
import { ExpectedError } from '../domain/errors.ts';
import { withDeadline } from './deadline.ts';

const late = (): ExpectedError => new ExpectedError('transport.timeout', 'too late');
const limits = { deadline: 60_000, onTimeout: late };

it('gives what the step gives, and passes its failure on', async () => {
  await expect(withDeadline(limits, async () => 1)).resolves.toBe(1);
  const failure = new Error('no');
  await expect(withDeadline(limits, () => Promise.reject(failure))).rejects.toBe(failure);
  const broken = (): never => {
    throw failure;
  };
  await expect(withDeadline(limits, broken)).rejects.toBe(failure);
});

it('ends a step that takes too long, tells it, and releases what comes late', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const released = Promise.withResolvers<string>();
  let told = false;
  const ended = withDeadline({ ...limits, deadline: 1, release: released.resolve }, (over) => {
    over.addEventListener('abort', () => (told = true));
    return promise;
  });
  await expect(ended).rejects.toMatchObject({ code: 'transport.timeout' });
  expect(told).toBe(true);
  resolve('late');
  await expect(released.promise).resolves.toBe('late');
});

it('ends at once when it is cancelled, before or during the step', async () => {
  const start = vi.fn<() => Promise<never>>(() => new Promise(() => undefined));
  const gone = AbortSignal.abort();
  await expect(withDeadline({ ...limits, signal: gone }, start)).rejects.toMatchObject({ code: 'cancelled' });
  expect(start).not.toHaveBeenCalled();
  const abort = new AbortController();
  const ended = withDeadline({ ...limits, signal: abort.signal }, start);
  abort.abort();
  await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
});
