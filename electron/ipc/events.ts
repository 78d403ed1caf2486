import type { WebContents } from 'electron';
import type { ContractEvent } from '../../core/contract/index.ts';

/** milliseconds: one frame of a 60 Hz screen */
const FRAME = 16;

/** Gathers what happens within one frame, so that a burst of changes costs the page one render. */
export function batchEvents(send: (events: readonly ContractEvent[]) => void): {
  push(event: ContractEvent): void;
  [Symbol.dispose](): void;
} {
  let waiting: ContractEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    const batch = waiting;
    waiting = [];
    send(batch);
  };
  return {
    push(event) {
      waiting.push(event);
      timer ??= setTimeout(flush, FRAME);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Sends every contract event to the page, batched by frame. */
export function sendEvents(
  window: WebContents,
  subscribe: (listener: (event: ContractEvent) => void) => Disposable,
): Disposable {
  const stack = new DisposableStack();
  const batch = stack.use(
    batchEvents((events) => {
      if (!window.isDestroyed()) window.send('micronova:events', events);
    }),
  );
  stack.use(subscribe((event) => batch.push(event)));
  return stack;
}
