import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Point } from './faults.ts';

/** Counts faults by the step at which they came, and by their moment. */
export class Tally {
  readonly #rows = new Map<string, Map<string, number>>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  count(fault: string, { step, moment }: Pick<Point, 'step' | 'moment'>): void {
    this.#total += 1;
    const row = this.#rows.get(step) ?? new Map<string, number>();
    this.#rows.set(step, row);
    for (const column of [`${fault}: ${moment}`, `${fault}: all`])
      row.set(column, (row.get(column) ?? 0) + 1);
  }

  /** One line a step, one column a fault and moment. */
  table(): string {
    const columns = [...new Set([...this.#rows.values()].flatMap((row) => [...row.keys()]))].toSorted();
    const width = Math.max(...[...this.#rows.keys()].map((step) => step.length));
    const cell = (text: string | number, column: string) => String(text).padStart(column.length + 2);
    const head = ''.padEnd(width) + columns.map((column) => cell(column, column)).join('');
    const rows = [...this.#rows]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([step, row]) => step.padEnd(width) + columns.map((c) => cell(row.get(c) ?? 0, c)).join(''));
    return [head, ...rows, `${this.#total} in all`, ''].join('\n');
  }

  write(file: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, this.table());
  }
}
