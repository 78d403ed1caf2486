/** Chance that can be played again: the same seed gives the same draws. sfc32, of PractRand. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  /** @param stream draws of another kind under the same seed, so that one does not shift the other */
  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = stream | 0;
    for (let round = 0; round < 12; round += 1) this.#draw();
  }

  #draw(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** from 0 up to 1 */
  next(): number {
    return this.#draw() / 2 ** 32;
  }

  /** a whole number from 0 up to `end`, without it */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** a whole number of milliseconds */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** @param weights how often each is drawn, beside the others */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a record are its keys
    const entries = Object.entries(weights) as [T, number][];
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of entries) if ((rest -= weight) < 0) return choice;
    throw new Error('nothing to choose from');
  }

  /** RFC 9562, version 4 */
  uuid(): string {
    const hex = (digits: number) =>
      this.below(2 ** (4 * digits))
        .toString(16)
        .padStart(digits, '0');
    return `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[this.below(4)]}${hex(3)}-${hex(4)}${hex(8)}`;
  }
}
