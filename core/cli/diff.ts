/** Unchanged lines that are shown around a change. */
const AROUND = 2;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Lengths of the longest common rest of the lines from each place on. */
function commonRests(a: readonly string[], b: readonly string[]): number[][] {
  const rests = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const [row, below] = [rests[i] ?? [], rests[i + 1] ?? []];
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rests;
}

function allLines(a: readonly string[], b: readonly string[]): Line[] {
  const rests = commonRests(a, b);
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i] ?? '' });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && (rests[i + 1]?.[j] ?? 0) >= (rests[i]?.[j + 1] ?? 0))) {
      lines.push({ sign: '-', text: a[i] ?? '' });
      i += 1;
    } else {
      lines.push({ sign: '+', text: b[j] ?? '' });
      j += 1;
    }
  }
  return lines;
}

/**
 * What has to be taken from and added to `before` to come to `after`, line by line, with the lines around it; `…` stands
 * for those that are left out.
 */
export function diffLines(before: string, after: string): string[] {
  const lines = allLines(before.trimEnd().split('\n'), after.trimEnd().split('\n'));
  const isNear = (at: number): boolean =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ sign }) => sign !== ' ');
  return lines.flatMap(({ sign, text }, at) => {
    if (isNear(at)) return [`${sign} ${text}`];
    return at > 0 && isNear(at - 1) ? ['…'] : [];
  });
}
