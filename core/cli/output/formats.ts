import { stringify } from 'yaml';
import { type Cell, humanValue, type Json, machineValue } from './cells.ts';
import { safeJson, safeLine, safeText } from './safe-text.ts';
import { renderTable } from './table.ts';

export const FORMATS = ['table', 'json', 'csv', 'yaml', 'value'] as const;
export type Format = (typeof FORMATS)[number];

export const QUOTES = ['all', 'minimal', 'none', 'nonnumeric'] as const;
export type Quote = (typeof QUOTES)[number];

export interface FormatOptions {
  readonly format: Format;
  /** columns of the terminal to keep to; undefined: no limit */
  readonly maxWidth: number | undefined;
  readonly quote: Quote;
}

type Row = readonly Cell[];

function quoteCsv(cell: Cell | string, quote: Quote): string {
  const text = safeLine(humanValue(cell));
  if (quote === 'none') return text;
  const needs =
    quote === 'all' ||
    (quote === 'nonnumeric' && typeof cell !== 'number') ||
    (quote === 'minimal' && /[",\r\n]/.test(text));
  return needs ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(columns: readonly string[], rows: readonly Row[], quote: Quote): string {
  return [columns, ...rows].map((row) => `${row.map((cell) => quoteCsv(cell, quote)).join(',')}\n`).join('');
}

function toObject(columns: readonly string[], row: Row): Record<string, Json> {
  return Object.fromEntries(columns.map((column, n) => [column, machineValue(row[n] ?? null)]));
}

// YAML has no escapes outside double quotes, so text goes through the same filter as for a person.
function safeYaml(value: Json): Json {
  if (typeof value === 'string') return safeText(value);
  if (Array.isArray(value)) return value.map(safeYaml);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [safeLine(key), safeYaml(part)]));
}

/** A list in the form that was asked for, with its final newline. */
export function formatList(columns: readonly string[], rows: readonly Row[], options: FormatOptions): string {
  const objects = (): Record<string, Json>[] => rows.map((row) => toObject(columns, row));
  switch (options.format) {
    case 'json':
      return `${safeJson(objects(), 2)}\n`;
    case 'yaml':
      return stringify(safeYaml(objects()));
    case 'csv':
      return csv(columns, rows, options.quote);
    case 'value':
      return rows.map((row) => `${row.map((cell) => safeLine(humanValue(cell))).join(' ')}\n`).join('');
    case 'table':
    default:
      // As cliff does: an empty table is an empty line.
      if (rows.length === 0) return '\n';
      return renderTable(columns, rows, { maxWidth: options.maxWidth, minColumn: 8 });
  }
}

/** One object in the form that was asked for, with its final newline. */
export function formatOne(fields: readonly (readonly [string, Cell])[], options: FormatOptions): string {
  const columns = fields.map(([name]) => name);
  const values = fields.map(([, cell]) => cell);
  switch (options.format) {
    case 'json':
      return `${safeJson(toObject(columns, values), 2)}\n`;
    case 'yaml':
      return stringify(safeYaml(toObject(columns, values)));
    case 'csv':
      return csv(columns, [values], options.quote);
    case 'value':
      return values.map((cell) => `${safeText(humanValue(cell))}\n`).join('');
    case 'table':
    default:
      return renderTable(['Field', 'Value'], fields, { maxWidth: options.maxWidth, minColumn: 16 });
  }
}
