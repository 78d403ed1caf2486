const started = performance.now();

/** @param {string} text */
export function line(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * One step of the set-up: what is done and why, then how long it took.
 * @template T
 * @param {string} what
 * @param {string} why
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, why, work) {
  line(`▸ ${what}: ${why}`);
  const begun = performance.now();
  const result = await work();
  line(`  done in ${seconds(begun)}`);
  return result;
}

/** @param {string} text something the person should know, but that does not stop us */
export function note(text) {
  line(`  ${text.replaceAll('\n', '\n  ')}`);
}

/** @param {number} since */
export function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** Time since this program began. */
export function elapsed() {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/** A failure that the person can do something about: said without a stack. */
export class SetupError extends Error {}
