import type { Task } from '../contract/index.ts';

/** What a person may still change of a waiting task: the name by which it is known, and the input's field that holds it. */
const EDITABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'instance.reboot': { type: 'type' },
  'instance.rebuild': { image: 'imageId' },
};

/** The parameters of a kind, by name. */
export function editableFields(kind: string): Readonly<Record<string, string>> {
  return EDITABLE[kind] ?? {};
}

/** What stands in an input of what a person may change. */
export function parametersOf(kind: string, input: unknown): Task['parameters'] {
  const fields: Readonly<Record<string, unknown>> = { ...(typeof input === 'object' ? input : {}) };
  const named = Object.entries(editableFields(kind)).map(([name, field]) => [name, fields[field]] as const);
  return Object.fromEntries(named.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}
