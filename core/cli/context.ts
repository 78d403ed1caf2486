import type { Cell } from './output/cells.ts';
import { pickColumns, sortRows } from './output/columns.ts';
import { formatList, formatOne, type FormatOptions } from './output/formats.ts';
import { safeText } from './output/safe-text.ts';
import type { Io } from './io.ts';
import { openSession, type Session, type StartControlPlane } from './session.ts';

export interface GlobalOptions extends FormatOptions {
  readonly home: string;
  readonly columns: readonly string[];
  readonly sortBy: readonly string[];
  readonly descending: boolean;
  readonly debug: boolean;
}

export type Fields = readonly (readonly [string, Cell])[];

/** What every command gets: where to write, whom to ask, and when to stop. */
export interface Context {
  readonly io: Io;
  readonly options: GlobalOptions;
  readonly version: string;
  /** what was typed after `micronova`; secrets are never part of it */
  readonly argv: readonly string[];
  /** aborted when the person presses Ctrl-C or nobody reads the output any more */
  readonly signal: AbortSignal;
  readonly start: StartControlPlane;
  /** The one session of this command, opened at the first use. */
  connect(): Promise<Session>;
  /** Ends the session if there was one. */
  finish(): Promise<void>;
  /**
   * Writes a list in the form that was asked for.
   * @param defaults the columns shown when none was asked for; left out: all
   */
  list(columns: readonly string[], rows: readonly (readonly Cell[])[], defaults?: readonly string[]): void;
  /** Writes one object in the form that was asked for. */
  show(fields: Fields): void;
  /** Writes text of others: on a terminal without its escapes, else as it is; with a newline at its end. */
  print(text: string): void;
  /** Writes bytes or text as they are: keys, scripts. */
  write(text: string | Uint8Array): void;
  /** Tells the person something that is not the result. */
  note(line: string): void;
}

export interface ContextParts {
  readonly io: Io;
  readonly options: GlobalOptions;
  readonly version: string;
  readonly argv: readonly string[];
  readonly signal: AbortSignal;
  readonly start: StartControlPlane;
}

export function createContext(parts: ContextParts): Context {
  const { io, options, version, signal, start } = parts;
  let session: Promise<Session> | undefined;
  const note = (line: string): void => void io.stderr.write(`${safeText(line)}\n`);
  return {
    ...parts,
    note,
    connect: () => (session ??= openSession({ home: options.home, version, start, signal, note })),
    finish: async () => {
      const opened = await session?.catch(() => undefined);
      await opened?.finish();
    },
    list: (columns, rows, defaults = columns) => {
      const places = pickColumns(columns, options.columns.length > 0 ? options.columns : defaults);
      const sorted = sortRows(columns, rows, options.sortBy, options.descending);
      const pick = <T>(all: readonly T[]): T[] =>
        places.flatMap((place) => (place in all ? all.slice(place, place + 1) : []));
      io.stdout.write(formatList(pick(columns), sorted.map(pick), options));
    },
    show: (fields) => {
      const names = fields.map(([name]) => name);
      const places = new Set(pickColumns(names, options.columns));
      const picked = fields.filter((_, n) => places.has(n));
      io.stdout.write(formatOne(picked, options));
    },
    print: (text) => {
      const ended = text.endsWith('\n') ? text : `${text}\n`;
      io.stdout.write(io.stdout.isTTY === true ? safeText(ended) : ended);
    },
    write: (text) => void io.stdout.write(text),
  };
}
