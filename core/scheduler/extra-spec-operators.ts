type Operator = (value: string, operands: readonly string[]) => boolean;

const number = (compare: (a: number, b: number) => boolean): Operator => {
  return (value, [operand]) => compare(Number(value), Number(operand));
};
const string = (compare: (a: string, b: string) => boolean): Operator => {
  return (value, [operand]) => operand !== undefined && compare(value, operand);
};

/** Source: `op_methods` in oslo_utils/specs_matcher.py, which nova/scheduler/filters/extra_specs_ops.py uses. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  // Not a slip: in Nova "=" has meant "at least" from the beginning.
  '=': number((a, b) => a >= b),
  '==': number((a, b) => a === b),
  '!=': number((a, b) => a !== b),
  '>=': number((a, b) => a >= b),
  '<=': number((a, b) => a <= b),
  's==': string((a, b) => a === b),
  's!=': string((a, b) => a !== b),
  's<': string((a, b) => a < b),
  's<=': string((a, b) => a <= b),
  's>': string((a, b) => a > b),
  's>=': string((a, b) => a >= b),
  '<in>': string((a, b) => a.includes(b)),
};

/** `<or> a <or> b`: one of them. */
function isOneOf(value: string, wanted: string): boolean {
  const choices = wanted.split('<or>').slice(1);
  return choices.some((choice) => choice.trim() === value);
}

/** Does a value meet what an extra spec asks: an operator and its operand, or just the value itself? */
export function matches(value: string, wanted: string): boolean {
  const words = wanted.trim().split(/\s+/);
  const [first = ''] = words;
  if (first === '<or>') return isOneOf(value, wanted);
  const operator = Object.hasOwn(OPERATORS, first) ? OPERATORS[first] : undefined;
  return operator === undefined ? value === wanted.trim() : operator(value, words.slice(1));
}
