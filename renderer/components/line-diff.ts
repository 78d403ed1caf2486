/** A line of two texts that are laid side by side; null where one of them has nothing there. */
export interface DiffLine {
  readonly before: string | null;
  readonly after: string | null;
}

/** `lengths[i][j]`: how many lines the rests from i and j have in common. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] ?? [];
      row[j] =
        a[i] === b[j]
          ? 1 + (lengths[i + 1]?.[j + 1] ?? 0)
          : Math.max(lengths[i + 1]?.[j] ?? 0, lengths[i]?.[j + 1] ?? 0);
    }
  }
  return lengths;
}

/** A block that was taken out stands beside the block that came in its place. */
function pairUp(gone: readonly string[], come: readonly string[]): DiffLine[] {
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, index) => ({
    before: gone[index] ?? null,
    after: come[index] ?? null,
  }));
}

/** The longest common subsequence of lines stays; a definition has hundreds of lines, so the plain table will do. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.trimEnd().split('\n');
  const b = after.trimEnd().split('\n');
  const lengths = commonLengths(a, b);
  const lines: DiffLine[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  const flush = (): void => {
    lines.push(...pairUp(gone, come));
    gone = [];
    come = [];
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const here = a[i];
    const there = b[j];
    if (here !== undefined && here === there) {
      flush();
      lines.push({ before: here, after: there });
      i += 1;
      j += 1;
    } else if (
      there === undefined ||
      (here !== undefined && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))
    ) {
      gone.push(here ?? '');
      i += 1;
    } else {
      come.push(there);
      j += 1;
    }
  }
  flush();
  return lines;
}
