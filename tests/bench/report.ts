import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from './pair.ts';

const HEAD = ['', 'ours', 'peer', 'ours takes', 'peer takes', 'ratio', 'lowest–highest', 'aim', ''];

function row(result: Result): string[] {
  const sign = result.kind === 'time' ? '≤' : '≥';
  return [
    result.name,
    result.ours,
    result.peer,
    `${result.oursMs.toFixed(1)} ${result.unit}`,
    `${result.peerMs.toFixed(1)} ${result.unit}`,
    `${result.ratio.toFixed(3)}×`,
    `${result.lowest.toFixed(3)}–${result.highest.toFixed(3)}`,
    `${sign} ${result.aim}×`,
    result.met ? 'met' : 'MISSED',
  ];
}

export function table(results: readonly Result[]): string {
  const rows = [HEAD, ...results.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @returns path of the JSON file */
export async function save(results: readonly Result[], folder: string): Promise<string> {
  const file = join(folder, 'bench.json');
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify({ at: new Date().toISOString(), results }, null, 2)}\n`);
  return file;
}
