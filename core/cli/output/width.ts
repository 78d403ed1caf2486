const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f/u;

/** East Asian Wide and Fullwidth ranges (Unicode Standard Annex 11). First and last code point of each. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  const code = grapheme.codePointAt(0) ?? 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** Columns that one line takes on a terminal. */
export function displayWidth(line: string): number {
  // By far the most text is plain.
  if (/^[\u0020-\u007e]*$/.test(line)) return line.length;
  let width = 0;
  for (const { segment } of graphemes.segment(line)) width += graphemeWidth(segment);
  return width;
}

/** @param width columns to fill */
export function pad(line: string, width: number, side: 'left' | 'right' = 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(line)));
  return side === 'right' ? line + space : space + line;
}

// The longest beginning that fits; at least one grapheme, or nothing would ever get done.
function cutAt(line: string, width: number): number {
  let used = 0;
  let lastSpace = 0;
  for (const { segment, index } of graphemes.segment(line)) {
    used += graphemeWidth(segment);
    if (used > width && index > 0) return lastSpace > 0 ? lastSpace : index;
    if (segment === ' ') lastSpace = index + 1;
  }
  return line.length;
}

/** Breaks one line into lines of at most `width` columns, at spaces where there are some. */
export function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (displayWidth(rest) > width) {
    const end = cutAt(rest, width);
    if (end >= rest.length) break;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return [...lines, rest];
}
