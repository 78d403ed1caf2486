import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { type DiffLine, diffLines } from './line-diff.ts';
import classes from './xml-diff.module.css';

/** Lines that are shown around each difference. */
const CONTEXT = 3;

/** The differences with some lines around them; null stands for a stretch that is left out. */
function excerpt(lines: readonly DiffLine[]): (DiffLine | null)[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.before !== line.after),
  );
  return lines.flatMap((line, index) => {
    if (near[index]) return [line];
    return index === 0 || near[index - 1] ? [null] : [];
  });
}

interface Props {
  readonly before: string;
  readonly after: string;
  readonly beforeLabel: string;
  readonly afterLabel: string;
}

/** Two definitions side by side, where they differ. */
export function XmlDiff({ before, after, beforeLabel, afterLabel }: Props): ReactNode {
  const rows = useMemo(() => excerpt(diffLines(before, after)), [before, after]);
  return (
    <div className={classes.scroll}>
      <table className={classes.diff}>
        <thead>
          <tr>
            <th>{beforeLabel}</th>
            <th>{afterLabel}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((line, index) =>
            line === null ? (
              // oxlint-disable-next-line react/no-array-index-key -- a diff is drawn anew as a whole
              <tr key={index} className={classes.gap}>
                <td colSpan={2}>⋯</td>
              </tr>
            ) : (
              // oxlint-disable-next-line react/no-array-index-key -- as above
              <tr key={index} data-changed={line.before !== line.after || undefined}>
                <td data-side="before">{line.before}</td>
                <td data-side="after">{line.after}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
