import { CommanderError } from 'commander';
import type { ErrorBody } from '../contract/index.ts';
import { toErrorBody } from '../domain/errors.ts';
import { Interrupted } from './interrupt.ts';
import type { Io } from './io.ts';
import { safeJson, safeLine, safeText } from './output/safe-text.ts';
import { UsageError } from './usage-error.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export const EXIT_CODES_HELP = `
Exit codes: 0 done, 1 failed, 2 wrongly typed, 130 interrupted.`;

/** It failed, and everything there was to say has been said. */
export class AlreadyReported extends Error {}

/** What went wrong, in words: the message, the field, the cause and what to do. */
export function describeError(body: ErrorBody): string[] {
  const cause = body.cause !== undefined && !body.message.includes(body.cause) ? body.cause : undefined;
  return [
    `Error: ${body.message}`,
    ...(body.field === undefined ? [] : [`  Field: ${body.field}`]),
    ...(cause === undefined ? [] : [`  Cause: ${cause}`]),
    ...(body.remedy === undefined ? [] : [`  What to do: ${body.remedy}`]),
  ];
}

export interface ReportOptions {
  /** programs get the error as data */
  readonly json: boolean;
  readonly debug: boolean;
}

export function reportError(io: Io, error: unknown, { json, debug }: ReportOptions): void {
  const body = toErrorBody(error);
  if (json) io.stderr.write(`${safeJson(body)}\n`);
  else io.stderr.write(`${describeError(body).map(safeText).join('\n')}\n`);
  if (debug) io.stderr.write(`${safeText(errorChain(error))}\n`);
}

function errorChain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const below = error.cause === undefined ? '' : `\ncaused by ${errorChain(error.cause)}`;
  return `${error.stack ?? error.message}${below}`;
}

/** Tells the person, and answers the exit code. */
export function settleError(io: Io, error: unknown, options: ReportOptions): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (error instanceof AlreadyReported) return EXIT.failed;
  // commander has written its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError) {
    io.stderr.write(`micronova: ${safeLine(error.message)}\nSee “micronova --help”.\n`);
    return EXIT.usage;
  }
  reportError(io, error, options);
  return EXIT.failed;
}
