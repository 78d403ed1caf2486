interface Watched {
  readonly bytesRead: number;
}

const TICKS = 5;

/** Milliseconds between the questions that keep an idle but living connection talking. */
export function keepaliveInterval(linkTimeout: number): number {
  return Math.max(50, Math.floor(linkTimeout / TICKS));
}

/**
 * Calls `onSilence` when nothing at all was read for four of the five ticks that make up `linkTimeout`. Anything read
 * counts, so that a long upload over a slow line is not taken for a dead one; and ticks are counted, not clock time, so
 * that a computer which slept or a busy event loop is not either.
 */
export function watchForSilence(watched: Watched, linkTimeout: number, onSilence: () => void): Disposable {
  let seen = watched.bytesRead;
  let silent = 0;
  const timer = setInterval(() => {
    silent = watched.bytesRead === seen ? silent + 1 : 0;
    seen = watched.bytesRead;
    if (silent < TICKS - 1) return;
    clearInterval(timer);
    onSilence();
  }, keepaliveInterval(linkTimeout));
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
