import type { Command } from 'commander';
import { z } from 'zod';
import { Settings } from '../../contract/index.ts';
import { addCommand, option, Whole } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { UsageError } from '../usage-error.ts';

function settingsFields(settings: Settings): Fields {
  return [
    ['language', settings.language],
    ['link_timeout', settings.linkTimeout],
    ['theme', settings.theme],
  ];
}

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
  const settings = program.command('settings').description('Settings of Micronova itself');
  addCommand(
    settings,
    {
      usage: 'show',
      about: 'Show the settings',
      input: z.object({}),
      run: async (ctx) => ctx.show(settingsFields(await (await ctx.connect()).call('settings.get', {}))),
    },
    context,
  );
  addCommand(
    settings,
    {
      usage: 'set',
      about: 'Change settings',
      options: [
        option('--theme <theme>', 'of the window').choices(Settings.shape.theme.options),
        option('--language <language>', 'of the window').choices(Settings.shape.language.options),
        option('--link-timeout <milliseconds>', 'silence after which a host is held to be away'),
      ],
      input: z.object({
        theme: Settings.shape.theme.optional(),
        language: Settings.shape.language.optional(),
        linkTimeout: Whole.optional(),
      }),
      run: async (ctx, { theme, language, linkTimeout }) => {
        const change = {
          ...(theme !== undefined && { theme }),
          ...(language !== undefined && { language }),
          ...(linkTimeout !== undefined && { linkTimeout }),
        };
        if (Object.keys(change).length === 0) throw new UsageError('nothing to set');
        ctx.show(settingsFields(await (await ctx.connect()).call('settings.set', change)));
      },
    },
    context,
  );
}
