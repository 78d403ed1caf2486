import type { Command } from 'commander';
import { isExpected } from '../domain/errors.ts';
import { FILES_TOO } from './commands/complete.ts';
import { objectNames } from './completion-names.ts';
import { wantedAt } from './completion-words.ts';

/** bash hands over what is on the line, quotes and backslashes included. */
function unquote(word: string): string {
  return word.replace(/^["']/, '').replaceAll(/\\(.)/g, '$1');
}

/** A name that a shell's line could not take. */
function isUsable(word: string): boolean {
  return !/\p{Cc}/u.test(word);
}

export interface CompleteOptions {
  /** the data folder where the line itself names none */
  readonly home: string;
  readonly version: string;
}

/** The lines that answer a shell: everything that fits at the cursor, one a line. */
export async function completeLine(
  program: Command,
  typed: readonly string[],
  { home, version }: CompleteOptions,
): Promise<string[]> {
  const wanted = wantedAt(program, typed);
  const current = unquote(typed.at(-1) ?? '');
  let names: readonly string[] = [];
  try {
    if (wanted.objects !== null) names = await objectNames(wanted.objects, wanted.home ?? home, version);
  } catch (error) {
    // A completion has nobody to complain to.
    if (!isExpected(error)) throw error;
  }
  const all = [...wanted.words, ...names].filter((word) => word.startsWith(current) && isUsable(word));
  return [...(wanted.files ? [FILES_TOO] : []), ...new Set(all)];
}
