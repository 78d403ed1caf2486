import type { Io } from './io.ts';
import { safeLine } from './output/safe-text.ts';
import { displayWidth, wrapLine } from './output/width.ts';

const CLEAR_LINE = '\r\u001b[K';
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size in bytes as a person reads it, e.g. `17.3 MiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[power] ?? 'B'}`;
}

/** A time in seconds as `1:02` or `1:00:02`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, n) => (n === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/**
 * One line on stderr that says what is going on. On a terminal it is rewritten in place and gone at the end; in a file
 * each change is a line of its own.
 */
export class ProgressLine implements Disposable {
  readonly #stream: Io['stderr'];
  readonly #live: boolean;
  #shown = '';

  constructor(io: Io) {
    this.#stream = io.stderr;
    this.#live = io.stderr.isTTY === true;
  }

  /**
   * @param text what is going on
   * @param figures what changes all the time, e.g. bytes: for a person who watches only
   */
  update(text: string, figures = ''): void {
    const line = safeLine(this.#live && figures !== '' ? `${text}  ${figures}` : text);
    if (line === this.#shown) return;
    this.#shown = line;
    this.#stream.write(this.#live ? `${CLEAR_LINE}${this.#fit(line)}` : `${line}\n`);
  }

  [Symbol.dispose](): void {
    if (this.#live && this.#shown !== '') this.#stream.write(CLEAR_LINE);
    this.#shown = '';
  }

  // A line that wraps could not be rewritten in place.
  #fit(line: string): string {
    const width = (this.#stream.columns || 80) - 1;
    return displayWidth(line) <= width ? line : (wrapLine(line, width - 1)[0] ?? '');
  }
}
