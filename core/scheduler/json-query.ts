import { z } from 'zod';
import { CAPABILITY_NAMES, capabilityOf, isCapability } from './capabilities.ts';
import type { HostState } from './host-state.ts';

type Scalar = string | number | boolean;
type Value = Scalar | readonly boolean[];

type Operator = (args: readonly Value[]) => boolean | readonly boolean[];

/** The first term against all the others; false with nothing to compare. Numbers compare with numbers, text with text. */
function against(agrees: (first: Scalar, other: Scalar) => boolean): Operator {
  return ([first, ...others]) => {
    if (!isScalar(first) || others.length === 0) return false;
    return others.every((other) => isScalar(other) && typeof other === typeof first && agrees(first, other));
  };
}

const isScalar = (value: Value | undefined): value is Scalar =>
  value !== undefined && typeof value !== 'object';

const isTrue = (value: Value): boolean =>
  Array.isArray(value) ? value.some(Boolean) : value !== 0 && value !== '' && value !== false;

/**
 * Source: `commands` in nova/scheduler/filters/json_filter.py. `not` answers a list, which holds when one of it does; Nova
 * takes such a list for true whatever is in it where another operator is around it, which nobody can have meant.
 */
const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': against((a, b) => a === b),
  '<': against((a, b) => a < b),
  '>': against((a, b) => a > b),
  '<=': against((a, b) => a <= b),
  '>=': against((a, b) => a >= b),
  in: ([first, ...others]) => first !== undefined && others.includes(first),
  not: (args) => args.map((arg) => !isTrue(arg)),
  or: (args) => args.some(isTrue),
  and: (args) => args.every(isTrue),
};

export interface Term {
  readonly operator: string;
  readonly args: readonly (Term | Scalar | null)[];
}

/** An empty query asks for nothing. */
export type JsonQuery = Term | null;

export class QueryError extends Error {}

const DEEPEST = 32;
const Scalars = z.union([z.string(), z.number(), z.boolean(), z.null()]);

function parseTerm(json: unknown, depth: number): Term {
  if (depth > DEEPEST) throw new QueryError(`is nested more than ${DEEPEST} deep`);
  if (!Array.isArray(json)) throw new QueryError('must be a list: an operator and its terms');
  const [operator, ...args]: unknown[] = json;
  if (typeof operator !== 'string' || !Object.hasOwn(OPERATORS, operator)) {
    const known = Object.keys(OPERATORS).join(', ');
    throw new QueryError(`has the operator ${JSON.stringify(operator) ?? 'none'}, which is none of ${known}`);
  }
  return { operator, args: args.map((arg) => parseArgument(arg, depth)) };
}

function parseArgument(arg: unknown, depth: number): Term | Scalar | null {
  if (Array.isArray(arg)) return arg.length === 0 ? true : parseTerm(arg, depth + 1);
  const scalar = Scalars.safeParse(arg);
  if (scalar.success) return scalar.data;
  throw new QueryError('has a term that is neither text, number, true or false nor a list');
}

/** @throws QueryError with what is wrong, as the end of a sentence */
export function parseQuery(text: string): JsonQuery {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new QueryError('is no JSON');
  }
  const isEmpty = json === null || (typeof json === 'object' && Object.keys(json).length === 0);
  return isEmpty ? null : parseTerm(json, 1);
}

const variableOf = (text: string): string => text.slice(1).replace('.', ':');
const isVariable = (term: unknown): term is string => typeof term === 'string' && term.startsWith('$');

/** The `$` names that no host tells: terms with them are left out, as in Nova. */
export function unknownVariables(query: JsonQuery): string[] {
  if (query === null) return [];
  return query.args.flatMap((arg) => {
    if (arg !== null && typeof arg === 'object') return unknownVariables(arg);
    return isVariable(arg) && !isCapability(variableOf(arg)) ? arg : [];
  });
}

export const QUERY_VARIABLES: readonly string[] = CAPABILITY_NAMES.map(
  (name) => `$${name.replace(':', '.')}`,
);

function valueOf(arg: Term | Scalar | null, host: HostState): Value | null {
  if (arg === null || arg === '') return null;
  if (typeof arg === 'object') return evaluate(arg, host);
  return isVariable(arg) ? capabilityOf(host, variableOf(arg)) : arg;
}

function evaluate({ operator, args }: Term, host: HostState): boolean | readonly boolean[] {
  const values = args.map((arg) => valueOf(arg, host)).filter((value) => value !== null);
  return OPERATORS[operator]?.(values) ?? false;
}

/** Does a query hold for a host? */
export function holds(query: JsonQuery, host: HostState): boolean {
  return query === null || isTrue(evaluate(query, host));
}
