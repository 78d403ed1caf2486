import type { Command } from 'commander';
import { z } from 'zod';
import type { Task } from '../../contract/index.ts';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { followTasks, hasEnded, taskFailure } from '../follow-tasks.ts';
import { type Cell, Shown } from '../output/cells.ts';

const COLUMNS = [
  'ID',
  'Kind',
  'Subject',
  'State',
  'Created At',
  'Finished At',
  'Lane',
  'Request ID',
  'Error',
];
const SHORT = COLUMNS.slice(0, 5);

function row(task: Task): Cell[] {
  return [
    task.id,
    task.kind,
    task.subject,
    task.state,
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
    ['finished_at', task.finishedAt],
    ['host_id', task.hostId],
    ['id', task.id],
    ['image_id', task.imageId],
    ['kind', task.kind],
    ['lane', task.lane],
    ['request_id', task.requestId],
    ['server_id', task.instanceId],
    ['started_at', task.startedAt],
    ['state', task.state],
    ['steps', steps(task)],
    ['subject', task.subject],
  ];
}

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
      usage: 'wait <task...>',
      about: 'Wait until tasks have ended; fails if one of them failed',
      input: z.object({ task: z.array(z.string()) }),
      run: (ctx, { task: ids }) => wait(ctx, ids),
    },
    context,
  );
}
