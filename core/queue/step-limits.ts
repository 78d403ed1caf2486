import { ExpectedError } from '../domain/errors.ts';
import type { Clock } from './clock.ts';

/** milliseconds for which a step may go on without ending and without counting anything; longer than any of its own deadlines */
export const STEP_PATIENCE = 1_800_000;
/** milliseconds for a step that was asked to end to let go of what it holds */
const GRACE = 60_000;

interface Limits {
  readonly clock: Clock;
  /** asks the step to end */
  readonly signal: AbortSignal;
  readonly name: string;
  /** milliseconds */
  readonly patience: number;
}

interface Surveyed {
  /** fires when the step is to end, for whatever reason */
  readonly signal: AbortSignal;
  /** to be called whenever the step has got on: its time begins anew */
  readonly gotOn: () => void;
}

/**
 * Runs one step so that it cannot hold its task, and the task's place in its lane, for ever: one that gets nowhere is
 * asked to end, and one that does not end when asked is left behind.
 * @throws ExpectedError `libvirt.timeout`; the signal's reason, when the step did not end by itself; what the step throws
 */
export async function withinLimits<T>(
  { clock, signal, name, patience }: Limits,
  work: (surveyed: Surveyed) => Promise<T> | T,
): Promise<T> {
  const over = new AbortController();
  const left = Promise.withResolvers<never>();
  let heard = clock.elapsed();
  let timer = null as Disposable | null;
  const end = (reason: unknown): void => {
    if (over.signal.aborted) return;
    timer?.[Symbol.dispose]();
    timer = clock.after(GRACE, () => left.reject(reason));
    over.abort(reason);
  };
  const watch = (wait: number): void => {
    timer = clock.after(wait, () => {
      const rest = heard + patience - clock.elapsed();
      if (rest > 0) watch(rest);
      else end(stuck(name, patience));
    });
  };
  const onAbort = (): void => end(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  else watch(patience);
  try {
    const gotOn = (): void => void (heard = clock.elapsed());
    return await Promise.race([work({ signal: over.signal, gotOn }), left.promise]);
  } catch (error) {
    // What it says of being ended is not why it was.
    throw over.signal.aborted && !signal.aborted ? over.signal.reason : error;
  } finally {
    timer?.[Symbol.dispose]();
    signal.removeEventListener('abort', onAbort);
  }
}

function stuck(name: string, patience: number): ExpectedError {
  const minutes = Math.round(patience / 60_000);
  return new ExpectedError('libvirt.timeout', `The step ${name} got nowhere for ${minutes} minutes`, {
    remedy: "Look at the host's load, its storage and its libvirtd log; then try again.",
  });
}
