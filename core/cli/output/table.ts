import { type Cell, humanValue } from './cells.ts';
import { safeText } from './safe-text.ts';
import { displayWidth, pad, wrapLine } from './width.ts';

/** A border, a space, the cell, a space: 3 columns for each cell and 1 for the last border. */
const FRAME = 3;

export interface TableOptions {
  /** columns; undefined: as wide as it gets */
  readonly maxWidth: number | undefined;
  /** columns below which none is narrowed, as cliff's table formatter has them: 8 for lists, 16 for one object */
  readonly minColumn: number;
}

function widthOf(text: string): number {
  return Math.max(0, ...text.split('\n').map(displayWidth));
}

/** Narrows the widest columns only, all to the same width: what narrow ones do not need is theirs. */
function fit(widths: readonly number[], { maxWidth, minColumn }: TableOptions): number[] {
  let left = (maxWidth ?? Infinity) - 1 - FRAME * widths.length;
  const ascending = widths.toSorted((one, other) => one - other);
  for (const [n, width] of ascending.entries()) {
    const each = Math.floor(left / (widths.length - n));
    if (width > each) return widths.map((one) => Math.min(one, Math.max(minColumn, each)));
    left -= width;
  }
  return [...widths];
}

function renderRow(texts: readonly string[], widths: readonly number[], right: readonly boolean[]): string[] {
  const cells = texts.map((text, n) =>
    text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, widths[n] ?? 1))),
  );
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) => {
    const line = cells.map((lines, n) => pad(lines[row] ?? '', widths[n] ?? 0, right[n] ? 'left' : 'right'));
    return `| ${line.join(' | ')} |`;
  });
}

/** Draws a table as the `openstack` client does. Numbers stand to the right. */
export function renderTable(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const texts = rows.map((row) => row.map((cell) => safeText(humanValue(cell)).replaceAll('\t', ' ')));
  const widths = fit(
    columns.map((column, n) => Math.max(displayWidth(column), ...texts.map((row) => widthOf(row[n] ?? '')))),
    options,
  );
  const right = columns.map((_, n) => typeof rows[0]?.[n] === 'number');
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const left = columns.map(() => false);
  return [
    border,
    ...renderRow(columns, widths, left),
    border,
    ...texts.flatMap((row) => renderRow(row, widths, right)),
    border,
    '',
  ].join('\n');
}
