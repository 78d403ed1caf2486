import { once } from 'node:events';
import type { Command } from 'commander';
import { z } from 'zod';
import { ownHome } from '../../api/local/ownership.ts';
import { SystemStatus } from '../../contract/index.ts';
import { processCaller } from '../../identity/context.ts';
import { addCommand } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { safeText } from '../output/safe-text.ts';

const NEXT = `In another terminal:
  micronova host list
  micronova server create --flavor m1.nano --image tiny --wait web1
  micronova console web1        Ctrl-] leaves
  micronova --help
Ctrl-C ends it; instances run on.`;

/** Runs the control plane without a window until the process is asked to end. */
async function serve(context: Context): Promise<void> {
  const { home } = context.options;
  const owned = await ownHome(home, { owner: 'serve', version: context.version }, () =>
    context.start(home, 'serve'),
  );
  try {
    const status = SystemStatus.parse(await owned.plane.call('system.status', {}, processCaller()));
    context.write(
      safeText(`Micronova ${context.version} is ready (process ${process.pid}, data folder ${home}).\n`),
    );
    for (const notice of status.notices) context.note(`Notice: ${notice}`);
    context.note(NEXT);
    if (!context.signal.aborted) await once(context.signal, 'abort');
    context.note('Ending; unfinished tasks go on at the next start.');
  } finally {
    await owned.close();
  }
}

export function addServe(program: Command, context: () => Context): void {
  addCommand(
    program,
    {
      usage: 'serve',
      about: 'Run Micronova without its window, for the command line, until Ctrl-C',
      input: z.object({}),
      run: serve,
    },
    context,
  );
}
