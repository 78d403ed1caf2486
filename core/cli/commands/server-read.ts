import type { Command } from 'commander';
import { z } from 'zod';
import type { Instance } from '../../contract/index.ts';
import { addCommand, Flag, option, Text, Whole } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../usage-error.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import {
  diagnosticsFields,
  LONG_COLUMNS,
  SERVER_COLUMNS,
  serverFields,
  serverRow,
  SHORT_COLUMNS,
} from './server-model.ts';
import { listDecisions, showDecision } from './decision.ts';

const Filters = z.object({
  name: Text.optional(),
  status: Text.optional(),
  host: Text.optional(),
  flavor: Text.optional(),
  image: Text.optional(),
  long: Flag,
  limit: Whole.optional(),
});

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch {
    throw new UsageError(`--name takes a regular expression, which “${text}” is not.`);
  }
}

function oneOf(asked: string | undefined, ...values: (string | null)[]): boolean {
  return asked === undefined || values.includes(asked);
}

function matches(filters: z.output<typeof Filters>): (instance: Instance) => boolean {
  const name = filters.name === undefined ? null : pattern(filters.name);
  return (one) =>
    (name === null || name.test(one.name)) &&
    oneOf(filters.status?.toUpperCase(), one.status) &&
    oneOf(filters.host, one.hostName, one.hostId) &&
    oneOf(filters.flavor, one.flavor.name, one.flavor.id) &&
    oneOf(filters.image, one.imageName, one.imageId);
}

async function listServers(context: Context, filters: z.output<typeof Filters>): Promise<void> {
  const wanted = matches(filters);
  const session = await context.connect();
  const found = (await session.call('instance.list', {})).filter(wanted);
  const rows = found.slice(0, filters.limit ?? found.length).map(serverRow);
  context.list(SERVER_COLUMNS, rows, filters.long ? LONG_COLUMNS : SHORT_COLUMNS);
}

export function addServerReads(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'list',
      about: 'List instances',
      options: [
        option('--name <regex>', 'only those whose name matches a regular expression'),
        option('--status <status>', 'only those of a status, e.g. ACTIVE'),
        option('--host <host>', 'only those on a host'),
        option('--flavor <flavor>', 'only those of a flavor'),
        option('--image <image>', 'only those of an image'),
        option('--limit <number>', 'at most so many'),
        option('--long', 'more columns'),
      ],
      input: Filters,
      run: listServers,
    },
    context,
  );
  addCommand(
    server,
    {
      usage: 'show <server>',
      about: 'Show one instance',
      options: [option('--diagnostics', 'figures of its guest, as the host has them')],
      input: z.object({ server: Text, diagnostics: Flag }),
      run: async (ctx, { server: ref, diagnostics }) => {
        if (!diagnostics) {
          return ctx.show(serverFields(await (await ctx.connect()).call('instance.show', { ref })));
        }
        const session = await connectWithHosts(ctx);
        ctx.show(diagnosticsFields(await session.call('instance.diagnostics', { ref })));
      },
    },
    context,
  );
  addCommand(
    server,
    {
      usage: 'xml <server>',
      about: 'Print the live domain XML, as the host has it and without secrets',
      input: z.object({ server: Text }),
      run: async (ctx, { server: ref }) => {
        const { xml } = await (await connectWithHosts(ctx)).call('instance.xml', { ref });
        ctx.print(xml);
      },
    },
    context,
  );
  addCommand(
    server,
    {
      usage: 'decision <server>',
      about: 'Show why the scheduler put an instance where it is, or nowhere',
      options: [option('--all', 'list every decision that was taken about it, newest first')],
      input: z.object({ server: Text, all: Flag }),
      run: async (ctx, { server: ref, all }) => {
        const session = await ctx.connect();
        if (all) return listDecisions(ctx, await session.call('instance.decisions', { ref }));
        const decision = await session.call('instance.decision', { ref });
        if (decision === null) ctx.note('The scheduler has not decided yet.');
        else showDecision(ctx, decision);
      },
    },
    context,
  );
}
