import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { Shown, type Cell } from './cells.ts';
import { pickColumns, sortRows } from './columns.ts';
import { formatList, formatOne, type Format, FORMATS } from './formats.ts';
import { safeText } from './safe-text.ts';
import { displayWidth, wrapLine } from './width.ts';

const COLUMNS = ['Name', 'RAM', 'Public'];
const ROWS: Cell[][] = [
  ['m1.tiny', 512, true],
  ['tên “đẹp”, "x"', 64, null],
];

function list(format: Format, maxWidth?: number): string {
  return formatList(COLUMNS, ROWS, { format, maxWidth, quote: 'nonnumeric' });
}

describe('a list', () => {
  it('is drawn as a table, numbers to the right', () => {
    expect(list('table')).toBe(
      [
        '+----------------+-----+--------+',
        '| Name           | RAM | Public |',
        '+----------------+-----+--------+',
        '| m1.tiny        | 512 | True   |',
        '| tên “đẹp”, "x" |  64 | None   |',
        '+----------------+-----+--------+',
        '',
      ].join('\n'),
    );
  });

  it('is JSON and YAML of objects by column', () => {
    const objects = ROWS.map((row) => Object.fromEntries(COLUMNS.map((column, n) => [column, row[n]])));
    expect(JSON.parse(list('json'))).toEqual(objects);
    expect(parse(list('yaml'))).toEqual(objects);
  });

  it('is CSV with text quoted, and plain values', () => {
    expect(list('csv')).toBe('"Name","RAM","Public"\n"m1.tiny",512,"True"\n"tên “đẹp”, ""x""",64,"None"\n');
    expect(list('value')).toBe('m1.tiny 512 True\ntên “đẹp”, "x" 64 None\n');
  });

  it.each(FORMATS)('may be empty as %s', (format) => {
    const empty = formatList(COLUMNS, [], { format, maxWidth: undefined, quote: 'none' });
    expect(empty).toBe(
      { table: '\n', json: '[]\n', csv: 'Name,RAM,Public\n', yaml: '[]\n', value: '' }[format],
    );
  });

  it('narrows only what is too wide', () => {
    const columns = ['A', 'B', 'C'];
    const rows = [['x'.repeat(10), 'y'.repeat(30), 'z'.repeat(60)]];
    const table = formatList(columns, rows, { format: 'table', maxWidth: 80, quote: 'none' });
    expect(table.split('\n')[0]).toBe(`+${[12, 32, 32].map((width) => '-'.repeat(width)).join('+')}+`);
  });

  it('keeps to the width of the terminal, whatever the text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map(safeText);
    fc.assert(
      fc.property(fc.array(fc.array(text, { minLength: 3, maxLength: 3 }), { minLength: 1 }), (rows) => {
        const table = formatList(COLUMNS, rows, { format: 'table', maxWidth: 60, quote: 'all' });
        const widths = new Set(table.trimEnd().split('\n').map(displayWidth));
        expect(widths.size).toBe(1);
        expect(Math.max(...widths)).toBeLessThanOrEqual(60);
      }),
    );
  });
});

describe('wide characters', () => {
  it('take two columns, combining ones none', () => {
    expect(displayWidth('漢字')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('한글 ok')).toBe(7);
    expect(displayWidth('👩‍👩‍👧')).toBe(2);
  });

  it('are wrapped whole', () => {
    expect(wrapLine('漢字漢字', 5)).toEqual(['漢字', '漢字']);
    expect(wrapLine('one two three', 8)).toEqual(['one two', 'three']);
  });
});

describe('hostile text', () => {
  const hostile = 'a\u001b[2J\u001b]0;owned\u0007b\u009b31m\u202ec\rd\u0000';

  it.each(FORMATS)('cannot reach the terminal as %s', (format) => {
    const options = { format, maxWidth: undefined, quote: 'none' } as const;
    const cell = new Shown(hostile, hostile);
    for (const output of [
      formatList(['A'], [[hostile], [cell]], options),
      formatOne([['A', hostile]], options),
    ]) {
      expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
      expect(stripVTControlCharacters(output)).toBe(output);
    }
  });

  it('is still exact in JSON', () => {
    const json = formatOne([['A', hostile]], { format: 'json', maxWidth: undefined, quote: 'none' });
    expect(JSON.parse(json)).toEqual({ A: hostile });
  });

  it('cannot add a line to a list', () => {
    expect(formatList(['A'], [['x\ny']], { format: 'value', maxWidth: undefined, quote: 'none' })).toBe(
      'x\\ny\n',
    );
    expect(formatList(['A'], [['x\ny']], { format: 'csv', maxWidth: undefined, quote: 'none' })).toBe(
      'A\nx\\ny\n',
    );
  });
});

describe('columns', () => {
  it('are found in any case and kept in the list order', () => {
    expect(pickColumns(COLUMNS, ['public', 'NAME'])).toEqual([0, 2]);
    expect(() => pickColumns(COLUMNS, ['id'])).toThrow('Columns: Name, RAM, Public');
  });

  it('sort numbers as numbers, and text as a person counts', () => {
    const rows = [
      ['b10', 9],
      ['b9', 10],
      ['a', 10],
    ];
    expect(sortRows(['N', 'V'], rows, ['V', 'N'], false).map(([name]) => name)).toEqual(['b10', 'a', 'b9']);
    expect(sortRows(['N', 'V'], rows, ['N'], true).map(([name]) => name)).toEqual(['b10', 'b9', 'a']);
  });
});
