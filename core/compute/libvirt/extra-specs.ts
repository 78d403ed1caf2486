import { ExpectedError } from '../../domain/errors.ts';

type Specs = Readonly<Record<string, string>>;

/** The number a flavor's extra spec or an image's property gives; undefined where it is not set. @throws `bad_input` */
export function wholeSpec(specs: Specs, key: string): number | undefined {
  const value = specs[key];
  if (value === undefined) return undefined;
  if (!/^\s*\d{1,15}\s*$/.test(value)) throw wrong(key, value, 'a whole number');
  return Number(value);
}

/** Nova's words for yes and no. oslo_utils/strutils.py */
export function boolSpec(specs: Specs, key: string): boolean | undefined {
  const value = specs[key]?.trim().toLowerCase();
  if (value === undefined) return undefined;
  if (['1', 't', 'true', 'on', 'y', 'yes'].includes(value)) return true;
  if (['0', 'f', 'false', 'off', 'n', 'no'].includes(value)) return false;
  throw wrong(key, value, 'yes or no');
}

export function choiceSpec<T extends string>(
  specs: Specs,
  key: string,
  choices: readonly T[],
): T | undefined {
  const value = specs[key]?.trim();
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw wrong(key, value, `one of ${choices.join(', ')}`);
  return found;
}

function wrong(key: string, value: string, wanted: string): ExpectedError {
  return new ExpectedError('bad_input', `"${key}" must be ${wanted}, not "${value}"`, {
    remedy: 'Correct the extra spec of the flavor or the property of the image.',
    details: { key },
  });
}

/** What is set among these [name, key] pairs, by name; undefined when nothing is. */
export function wholeSpecs<K extends string>(
  specs: Specs,
  keys: readonly (readonly [name: K, key: string])[],
): { [P in K]?: number } | undefined {
  const found: { [P in K]?: number } = {};
  let any = false;
  for (const [name, key] of keys) {
    const value = wholeSpec(specs, key);
    if (value === undefined) continue;
    found[name] = value;
    any = true;
  }
  return any ? found : undefined;
}
