import type { Command, Option } from 'commander';
import { CONSOLE_DEFAULT } from './commands/console.ts';

/** What can be completed from the state of Micronova; the names that commands give their arguments. */
export const OBJECT_KINDS = [
  'server',
  'flavor',
  'image',
  'key',
  'host',
  'task',
  'project',
  'aggregate',
  'zone',
  'group',
  'filter',
  'weigher',
  'finding',
] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** What fits at the cursor. */
export interface Wanted {
  /** words that are known without asking */
  readonly words: readonly string[];
  readonly objects: ObjectKind | null;
  readonly files: boolean;
  /** `--home` as typed so far */
  readonly home: string | undefined;
}

function isObjectKind(name: string): name is ObjectKind {
  return OBJECT_KINDS.some((kind) => kind === name);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

/** `option.flags` is e.g. `--flavor <flavor>`. */
function valueName(option: Option): string {
  return /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1]?.replace('...', '') ?? '';
}

function fitting(name: string, choices: readonly string[] = []): Omit<Wanted, 'home'> {
  return {
    words: choices,
    objects: isObjectKind(name) ? name : null,
    files: name === 'file' || name === 'folder',
  };
}

interface Place {
  readonly command: Command;
  /** arguments of that command typed so far */
  readonly given: number;
  /** the option whose value comes next */
  readonly pending: Option | undefined;
  readonly home: string | undefined;
}

/** The command that a group stands for where none of its own is named. */
function meant(command: Command): Command {
  const byDefault = command.name() === 'console' ? CONSOLE_DEFAULT : undefined;
  return command.commands.find((one) => one.name() === byDefault) ?? command;
}

/** Where the cursor is, after all whole words. */
function walk(program: Command, whole: readonly string[]): Place {
  let command = program;
  let given = 0;
  let pending: Option | undefined;
  let home: string | undefined;
  for (const word of whole) {
    if (pending !== undefined) {
      if (pending.long === '--home') home = word;
      pending = undefined;
    } else if (word.startsWith('-')) {
      const known = [...meant(command).options, ...program.options];
      const option = known.find((one) => one.long === word || one.short === word);
      if (option !== undefined && takesValue(option)) pending = option;
    } else {
      const next = given === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (next === undefined) given += 1;
      command = next ?? command;
    }
  }
  return { command, given, pending, home };
}

function optionWords(program: Command, command: Command): string[] {
  return [...meant(command).options, ...program.options]
    .filter((one) => !one.hidden)
    .flatMap((one) => (one.long ? [one.long] : []));
}

/**
 * Reads a command line as far as it was typed.
 * @param typed the words after `micronova`; the last is the one at the cursor, and may be empty
 */
export function wantedAt(program: Command, typed: readonly string[]): Wanted {
  const current = typed.at(-1) ?? '';
  const { command, given, pending, home } = walk(program, typed.slice(0, -1));
  if (pending !== undefined) return { ...fitting(valueName(pending), pending.argChoices), home };
  if (current.startsWith('-')) return { ...fitting('', optionWords(program, command)), home };
  const groups = command.commands.map((one) => one.name());
  const runs =
    command.name() === 'console' ? command.commands.find((one) => one.name() === CONSOLE_DEFAULT) : command;
  const args = (runs ?? command).registeredArguments;
  const argument = args[given] ?? (args.at(-1)?.variadic === true ? args.at(-1) : undefined);
  const values = argument === undefined ? fitting('') : fitting(argument.name(), argument.argChoices);
  return { ...values, words: given === 0 ? [...groups, ...values.words] : values.words, home };
}
