import type { Command } from 'commander';
import { z } from 'zod';
import type { Output } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { type Cell, Shown } from '../output/cells.ts';

type Action = Output<'instance.actions'>[number];

const SHORT = ['Request ID', 'Server ID', 'Action', 'Start Time'];
const LONG = [...SHORT, 'Finish Time', 'Result', 'Message', 'User ID'];

function seconds(from: string, to: string | null): string {
  return to === null ? 'running' : `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`;
}

function steps(action: Action): Cell {
  const lines = action.events.map((event) => {
    const host = event.host === null ? '' : ` on ${event.host}`;
    const detail = event.detail === null ? '' : `: ${event.detail}`;
    const time = seconds(event.startedAt, event.finishedAt);
    return `${event.name}${host}: ${event.result ?? 'running'} (${time})${detail}`;
  });
  return new Shown(
    action.events.map((event) => ({ ...event })),
    lines.join('\n'),
  );
}

function fields(action: Action): Fields {
  return [
    ['action', action.action],
    ['events', steps(action)],
    ['finish_time', action.finishedAt],
    ['message', action.message],
    ['request_id', action.requestId],
    ['result', action.result],
    ['server_id', action.instanceId],
    ['start_time', action.startedAt],
    ['user_id', action.user],
  ];
}

export function addServerEvents(server: Command, context: () => Context): void {
  const event = server.command('event').description('What was done to an instance, step by step');
  addCommand(
    event,
    {
      usage: 'list <server>',
      about: 'List what was done to an instance, newest first',
      options: [option('--long', 'more columns')],
      input: z.object({ server: Text, long: Flag }),
      run: async (ctx, { server: ref, long }) => {
        const actions = await (await ctx.connect()).call('instance.actions', { ref });
        const rows = actions.map((one): Cell[] => [
          one.requestId,
          one.instanceId,
          one.action,
          one.startedAt,
          one.finishedAt,
          one.result,
          one.message,
          one.user,
        ]);
        ctx.list(LONG, rows, long ? LONG : SHORT);
      },
    },
    context,
  );
  addCommand(
    event,
    {
      usage: 'show <server> <request-id>',
      about: 'Show one action with its steps',
      input: z.object({ server: Text, 'request-id': Text }),
      run: async (ctx, { server: ref, 'request-id': requestId }) => {
        const actions = await (await ctx.connect()).call('instance.actions', { ref });
        const found = actions.find((one) => one.requestId === requestId);
        if (found === undefined) {
          throw new ExpectedError('not_found', `“${ref}” has no action ${requestId}.`, {
            remedy: `List its actions with “micronova server event list ${ref}”.`,
          });
        }
        ctx.show(fields(found));
      },
    },
    context,
  );
}
