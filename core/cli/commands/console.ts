import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { ExpectedError } from '../../domain/errors.ts';
import { addCommand, Amount, Flag, option, Text, Whole } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { orAbort } from '../interrupt.ts';
import { safeText } from '../output/safe-text.ts';
import { attachConsole } from './console-attach.ts';

/** what “micronova console NAME” means */
export const CONSOLE_DEFAULT = 'attach';
/** milliseconds between two looks at a log that is followed */
const FOLLOW_EVERY = 500;

const Log = z.object({ server: Text, lines: Whole.optional(), follow: Flag });

async function showLog(
  context: Context,
  { server: ref, lines, follow }: z.output<typeof Log>,
): Promise<void> {
  const session = await connectWithHosts(context);
  // Guests send carriage returns with and without a new line. A file gets the bytes as they are.
  const onTerminal = context.io.stdout.isTTY === true;
  const write = (text: string): void => {
    context.write(onTerminal ? safeText(text.replaceAll('\r', '')) : text);
  };
  let log = await session.call('instance.consoleLog', { ref, ...(lines !== undefined && { lines }) });
  write(log.text);
  if (!follow) return;
  for (;;) {
    await orAbort(context.signal, sleep(FOLLOW_EVERY));
    log = await session.call('instance.consoleLog', { ref, offset: log.nextOffset });
    write(log.text);
  }
}

function addLog(console: Command, context: () => Context): void {
  addCommand(
    console.command('log').description('What an instance wrote to its serial console'),
    {
      usage: 'show <server>',
      about: 'Print the console log',
      options: [
        option('--lines <count>', 'only the last so many lines'),
        option('--follow', 'go on with what is written from now on; Ctrl-C ends it'),
      ],
      input: Log,
      run: showLog,
    },
    context,
  );
}

export function addConsoles(program: Command, context: () => Context): void {
  const console = program.command('console').description('Serial consoles and their logs');
  addLog(console, context);
  addCommand(
    console,
    {
      usage: `${CONSOLE_DEFAULT} <server>`,
      isDefault: true,
      about: "Attach this terminal to an instance's serial console; “micronova console NAME” is short for it",
      options: [
        option('--until <text>', 'for scripts: leave once the guest has written this'),
        option(
          '--linger <seconds>',
          'for scripts: how long to listen on after the end of the input (default 2)',
        ),
      ],
      input: z.object({ server: Text, until: Text.optional(), linger: Amount.default(2) }),
      run: (ctx, { server, until, linger }) => attachConsole(ctx, server, { until, linger }),
      notes: 'Ctrl-] leaves. Standard input may be piped in: what it holds is typed into the guest.',
    },
    context,
  );
  addCommand(
    program,
    {
      usage: 'vnc <server>',
      about: 'The screen of an instance: only the window can show it',
      input: z.object({ server: Text }),
      run: (_ctx, { server }) => {
        throw new ExpectedError('not_supported', 'A terminal cannot show the screen of an instance.', {
          remedy: `Open “${server}” in the window, or use its serial console: micronova console ${server}`,
        });
      },
    },
    context,
  );
}
