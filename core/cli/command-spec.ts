import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { Context } from './context.ts';
import { UsageError } from './usage-error.ts';

/** One command: how it is typed, what its words mean, and what it does. */
export interface CommandSpec<I extends z.ZodType = z.ZodType> {
  /** name and arguments, e.g. `show <server>`; an argument's name also says what completes it */
  readonly usage: string;
  readonly about: string;
  readonly options?: readonly Option[];
  /** the arguments and options by name, as text; what comes out is the input of `run` */
  readonly input: I;
  readonly run: (context: Context, input: z.output<I>) => Promise<void>;
  /** what its group does when none of the group's commands is named */
  readonly isDefault?: boolean;
  /** shown below the help */
  readonly notes?: string;
}

/** `option('--name <name>', '…')`; the name between the brackets also says what completes it. */
export function option(flags: string, about: string): Option {
  return new Option(flags, about);
}

/** An option that may be given several times. */
export function repeatable(flags: string, about: string): Option {
  return new Option(flags, `${about} (may be repeated)`).argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );
}

export const Text = z.string();
export const Texts = z.array(z.string()).default([]);
export const Flag = z.boolean().default(false);
export const Whole = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);
/** At least 0, with or without a point. */
export const Amount = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,6})?$/, 'must be a number')
  .transform(Number);

/** `KEY=VALUE` options as a record. The value may hold further equals signs. */
export const Pairs = Texts.transform((texts, context) => {
  const pairs: Record<string, string> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) {
      context.issues.push({ code: 'custom', message: `takes KEY=VALUE, not “${text}”`, input: text });
    } else pairs[text.slice(0, at)] = text.slice(at + 1);
  }
  return pairs;
});

function parseInput<I extends z.ZodType>(command: Command, input: I): z.output<I> {
  const args = command.registeredArguments.map((argument, n): [string, unknown] => [
    argument.name(),
    command.processedArgs[n],
  ]);
  const parsed = input.safeParse({ ...command.opts(), ...Object.fromEntries(args) });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? '');
  const typed = command.options.find((one) => one.attributeName() === name)?.long ?? `<${name}>`;
  throw new UsageError(`${typed} ${issue?.message ?? 'is wrong'}`);
}

/** Puts one command under its group. `context` is made only once the whole line has been parsed. */
export function addCommand<I extends z.ZodType>(
  parent: Command,
  spec: CommandSpec<I>,
  context: () => Context,
): Command {
  const command = parent.command(spec.usage, { isDefault: spec.isDefault ?? false }).description(spec.about);
  for (const one of spec.options ?? []) command.addOption(one);
  if (spec.notes !== undefined) command.addHelpText('after', `\n${spec.notes}`);
  return command.action(async () => spec.run(context(), parseInput(command, spec.input)));
}
