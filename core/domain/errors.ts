import type { ErrorBody, ErrorCode } from '../contract/index.ts';

interface ErrorOptions {
  readonly remedy?: string | undefined;
  readonly field?: string | undefined;
  readonly cause?: unknown;
  readonly requestId?: string | undefined;
  readonly details?: Record<string, unknown> | undefined;
}

/**
 * A failure that was foreseen and has a code: bad input, a host that is away, a guard that said no. Anything else that
 * is thrown is a bug and crosses as `internal`.
 */
export class ExpectedError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly field: string | undefined;
  readonly requestId: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ExpectedError';
    this.code = code;
    this.remedy = options.remedy;
    this.field = options.field;
    this.requestId = options.requestId;
    this.details = options.details;
  }
}

export function isExpected(error: unknown, ...codes: ErrorCode[]): error is ExpectedError {
  return error instanceof ExpectedError && (codes.length === 0 || codes.includes(error.code));
}

function causeText(error: unknown): string | undefined {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return undefined;
  const below = causeText(error.cause);
  return below === undefined || below === error.message ? error.message : `${error.message}: ${below}`;
}

/** The form in which any thrown value crosses a process boundary. */
export function toErrorBody(error: unknown, requestId?: string): ErrorBody {
  if (!(error instanceof ExpectedError)) {
    return {
      code: 'internal',
      message: causeText(error) ?? 'unknown error',
      ...(requestId && { requestId }),
    };
  }
  const cause = causeText(error.cause);
  const request = error.requestId ?? requestId;
  return {
    code: error.code,
    message: error.message,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
    ...(error.field !== undefined && { field: error.field }),
    ...(cause !== undefined && { cause }),
    ...(request !== undefined && { requestId: request }),
    ...(error.details !== undefined && { details: error.details }),
  };
}

/** The way back: what arrived over a boundary becomes an error again. */
export function fromErrorBody(body: ErrorBody): ExpectedError {
  return new ExpectedError(body.code, body.message, body);
}
