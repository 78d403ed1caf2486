import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Backup } from '../../contract/index.ts';
import { addCommand, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';

function fields({ at, file, reason, size }: Backup): Fields {
  return [
    ['created_at', at],
    ['file', file],
    ['reason', reason],
    ['size', size],
  ];
}

function addCopies(backup: Command, context: () => Context): void {
  addCommand(
    backup,
    {
      usage: 'list',
      about: 'List the copies of the database in the data folder',
      input: z.object({}),
      run: async (ctx) => {
        const all = await (await ctx.connect()).call('backup.list', {});
        ctx.list(
          ['Created At', 'Reason', 'Size', 'File'],
          all.map(({ at, reason, size, file }) => [at, reason, size, file]),
        );
      },
    },
    context,
  );
  addCommand(
    backup,
    {
      usage: 'create',
      about: 'Make a copy of the database in the data folder, that no rotation removes',
      input: z.object({}),
      run: async (ctx) => ctx.show(fields(await (await ctx.connect()).call('backup.create', {}))),
    },
    context,
  );
}

export function addBackups(program: Command, context: () => Context): void {
  const backup = program.command('backup').description("Copies of Micronova's database");
  addCopies(backup, context);
  addCommand(
    backup,
    {
      usage: 'export <file>',
      about: 'Write a copy of the database to a new file, best on another disk',
      input: z.object({ file: Text }),
      run: async (ctx, { file }) =>
        ctx.show(fields(await (await ctx.connect()).call('backup.export', { file: resolve(file) }))),
    },
    context,
  );
  addCommand(
    backup,
    {
      usage: 'import <file>',
      about: 'Check a copy of the database, and take it in place of the present one at the next start',
      input: z.object({ file: Text }),
      run: async (ctx, { file }) => {
        const session = await ctx.connect();
        const { hosts, instances } = await session.call('backup.import', { file: resolve(file) });
        ctx.show([
          ['hosts', hosts],
          ['instances', instances],
        ]);
        const when = session.own ? 'with the next command' : 'once Micronova is quit and started again';
        ctx.note(`It is taken ${when}; the present database stays in “backup list”.`);
      },
    },
    context,
  );
}
