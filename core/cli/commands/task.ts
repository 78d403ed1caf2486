import type { Command } from 'commander';
import { z } from 'zod';
import type { Task } from '../../contract/index.ts';
import { addCommand, Flag, option, Pairs, repeatable, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { followTasks, hasEnded, taskFailure } from '../follow-tasks.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { type Cell, Shown } from '../output/cells.ts';
import { UsageError } from '../usage-error.ts';
import { WhenBack, whenBackOption } from '../when-back.ts';

const COLUMNS = [
  'ID',
  'Kind',
  'Subject',
  'State',
  'Waits For',
  'Created At',
  'Finished At',
  'Lane',
  'Request ID',
  'Error',
];
const SHORT = COLUMNS.slice(0, 6);

function row(task: Task): Cell[] {
  return [
    task.id,
    task.kind,
    task.subject,
    task.state,
    task.waitsFor,
    task.createdAt,
    task.finishedAt,
    task.lane,
    task.requestId,
    task.error?.message ?? null,
  ];
}

function steps(task: Task): Cell {
  const lines = task.steps.map((step) => {
    const error = step.error === null ? '' : `: ${step.error.message}`;
    return `${step.name}: ${step.state}${error}`;
  });
  const data = task.steps.map(({ error, ...step }) => ({ ...step, error: error?.message ?? null }));
  return new Shown(data, lines.join('\n'));
}

function fields(task: Task): Fields {
  return [
    ['cancellable', task.cancellable],
    ['created_at', task.createdAt],
    [
      'error',
      task.error === null
        ? null
        : new Shown({ code: task.error.code, message: task.error.message }, task.error.message),
    ],
    ['expires_at', task.expiresAt],
    ['finished_at', task.finishedAt],
    ['host_id', task.hostId],
    ['id', task.id],
    ['image_id', task.imageId],
    ['kind', task.kind],
    ['lane', task.lane],
    ['parameters', task.parameters],
    ['request_id', task.requestId],
    ['retryable', task.retryable],
    ['server_id', task.instanceId],
    ['started_at', task.startedAt],
    ['state', task.state],
    ['steps', steps(task)],
    ['subject', task.subject],
    ['waits_for', task.waitsFor],
  ];
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** An instant, so long from now, or `never`, as the contract's instant. */
const Expires = Text.transform((text, context) => {
  if (text === 'never') return null;
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const at =
    unit === 'm' || unit === 'h' || unit === 'd'
      ? Date.now() + Number(count) * UNITS[unit]
      : Date.parse(text);
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  context.issues.push({
    code: 'custom',
    message: `takes a time, 30m, 8h, 2d or never, not “${text}”`,
    input: text,
  });
  return z.NEVER;
});

async function wait(context: Context, ids: readonly string[]): Promise<void> {
  const tasks = await followTasks(context, ids);
  const [first] = tasks;
  if (tasks.length === 1 && first !== undefined) context.show(fields(first));
  else context.list(COLUMNS, tasks.map(row), SHORT);
  const failure = tasks.map(taskFailure).find((one) => one !== null);
  if (failure) throw failure;
}

export function addTasks(program: Command, context: () => Context): void {
  const task = program.command('task').description('Work that goes on after a command has answered');
  addCommand(
    task,
    {
      usage: 'list',
      about: 'List tasks: those at work first, then the latest ones',
      options: [option('--running', 'only those that have not ended'), option('--long', 'more columns')],
      input: z.object({ running: Flag, long: Flag }),
      run: async (ctx, { running, long }) => {
        const all = await (await ctx.connect()).call('task.list', {});
        const found = all.filter((one) => !running || !hasEnded(one));
        ctx.list(COLUMNS, found.map(row), long ? COLUMNS : SHORT);
      },
    },
    context,
  );
  addCommand(
    task,
    {
      usage: 'show <task>',
      about: 'Show one task with its steps',
      input: z.object({ task: Text }),
      run: async (ctx, { task: id }) =>
        ctx.show(fields(await (await ctx.connect()).call('task.show', { id }))),
    },
    context,
  );
  addCommand(
    task,
    {
      usage: 'cancel <task>',
      about: 'Cancel a task: what it has done is undone',
      input: z.object({ task: Text }),
      run: async (ctx, { task: id }) =>
        ctx.show(fields(await (await ctx.connect()).call('task.cancel', { id }))),
    },
    context,
  );
  addCommand(
    task,
    {
      usage: 'retry <task>',
      about: 'Ask for the same once more, after a task has failed',
      options: [option('--wait', 'wait until it has ended'), whenBackOption()],
      input: z.object({ task: Text, wait: Flag, ...WhenBack }),
      run: async (ctx, { task: id, wait: waits, whenBack }) => {
        const again = await (await connectWithHosts(ctx)).call('task.retry', { id, whenBack });
        if (waits) await wait(ctx, [again.id]);
        else ctx.show(fields(again));
      },
    },
    context,
  );
  addCommand(
    task,
    {
      usage: 'set <task>',
      about: 'Change a task that waits for its host',
      options: [
        option('--expires <time>', 'when it is given up: a time, so long from now (30m, 8h, 2d), or never'),
        option('--position <place>', 'among those that wait for the same host').choices(['first', 'last']),
        repeatable('--parameter <key=value>', 'what it will do, e.g. type=hard of a reboot'),
      ],
      input: z.object({
        task: Text,
        expires: Expires.optional(),
        position: z.enum(['first', 'last']).optional(),
        parameter: Pairs,
      }),
      run: async (ctx, { task: id, expires, position, parameter }) => {
        const parameters = Object.keys(parameter).length === 0 ? undefined : parameter;
        if (expires === undefined && position === undefined && parameters === undefined) {
          throw new UsageError('nothing to set');
        }
        const session = await ctx.connect();
        ctx.show(fields(await session.call('task.set', { id, expiresAt: expires, position, parameters })));
      },
    },
    context,
  );
  addCommand(
    task,
    {
      usage: 'wait <task...>',
      about: 'Wait until tasks have ended; fails if one of them failed',
      input: z.object({ task: z.array(z.string()) }),
      run: (ctx, { task: ids }) => wait(ctx, ids),
    },
    context,
  );
}
