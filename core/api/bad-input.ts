import type { z } from 'zod';
import type { ErrorCode } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

const MOST_ISSUES = 20;

// Fields whose being too long has a code of its own.
const TOO_BIG: Readonly<Partial<Record<string, ErrorCode>>> = {
  'instance.create userData': 'instance.user_data_too_large',
  'keypair.create publicKey': 'keypair.bad_key',
};

function fieldOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  // zod names the key that it does not know beside the path, not in it.
  return issue.code === 'unrecognized_keys' ? [...path, ...issue.keys.slice(0, 1)].join('.') : path.join('.');
}

// A value that is no text may be anything: zod's words for it are about types, a person's are not.
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'is not known here';
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'is missing';
  return issue.message;
}

/** The refusal of an input that does not fit the contract: names the field and never repeats the value. */
export function badInput(method: string, error: z.ZodError): ExpectedError {
  const issues = error.issues
    .slice(0, MOST_ISSUES)
    .map((issue) => ({ field: fieldOf(issue), message: wordsOf(issue), code: issue.code }));
  const first = issues[0] ?? { field: '', message: 'is not what was expected', code: 'custom' };
  const code = first.code === 'too_big' ? TOO_BIG[`${method} ${first.field}`] : undefined;
  const what = first.field === '' ? 'The input' : `“${first.field}”`;
  return new ExpectedError(code ?? 'bad_input', `${what} ${asPredicate(first.message)}.`, {
    ...(first.field !== '' && { field: first.field }),
    remedy: 'Correct it and try again. Nothing was changed.',
    details: { issues: issues.map(({ field, message }) => ({ field, message })) },
  });
}

function asPredicate(message: string): string {
  return /^[a-z]/.test(message) ? message : `is not right: ${message.replace(/^Invalid input: /, '')}`;
}
