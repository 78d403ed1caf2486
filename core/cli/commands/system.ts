import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand } from '../command-spec.ts';
import type { Context } from '../context.ts';

function addStatus(program: Command, context: () => Context): void {
  addCommand(
    program,
    {
      usage: 'status',
      about: 'Show which Micronova owns the data folder, and what it is doing',
      input: z.object({}),
      run: async (ctx) => {
        const status = await (await ctx.connect()).call('system.status', {});
        ctx.show([
          ['home', status.home],
          ['notices', status.notices],
          ['owner', status.owner],
          ['pid', status.pid],
          ['running_tasks', status.runningTasks],
          ['version', status.version],
        ]);
      },
    },
    context,
  );
}

export function addSystem(program: Command, context: () => Context): void {
  addStatus(program, context);
}
