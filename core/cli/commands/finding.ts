import type { Command } from 'commander';
import { z } from 'zod';
import { type Finding, FINDING_KINDS, Resolution, RESOLUTIONS } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { diffLines } from '../diff.ts';
import { forEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import type { Cell } from '../output/cells.ts';

const COLUMNS = ['ID', 'Kind', 'Subject', 'Host', 'Size', 'Found At', 'Resolutions', 'Detail', 'Server ID'];
const SHORT = ['ID', 'Kind', 'Subject', 'Host', 'Size', 'Resolutions'];

function row(finding: Finding): Cell[] {
  return [
    finding.id,
    finding.kind,
    finding.subject,
    finding.hostName,
    finding.bytes,
    finding.foundAt,
    finding.resolutions,
    finding.detail,
    finding.instanceId,
  ];
}

function fields(finding: Finding): Fields {
  const { definitions } = finding;
  const difference = definitions && diffLines(definitions.ours, definitions.host).join('\n');
  return [
    ['detail', finding.detail],
    ['difference', difference],
    ['found_at', finding.foundAt],
    ['host', finding.hostName],
    ['host_id', finding.hostId],
    ['id', finding.id],
    ['kind', finding.kind],
    ['resolutions', finding.resolutions],
    ['server_id', finding.instanceId],
    ['size', finding.bytes],
    ['subject', finding.subject],
  ];
}

/** A control plane that this command has just started has not looked at the hosts in full yet. */
async function lookedAt(
  context: Context,
  which: {
    readonly host?: string | undefined;
    readonly server?: string | undefined;
    readonly look?: boolean;
  } = {},
): Promise<Finding[]> {
  const session = await connectWithHosts(context);
  const { host, server: instance, look = false } = which;
  return session.call('finding.list', { host, instance, look: look || session.own });
}

async function find(context: Context, id: string): Promise<Finding> {
  const finding = (await lookedAt(context)).find((one) => one.id === id);
  if (finding !== undefined) return finding;
  throw new ExpectedError('finding.gone', `There is no finding ${id}.`, {
    remedy: '“micronova finding list” tells those that there are.',
  });
}

/** What does not agree on the hosts; no command of the openstack client's, in its manner. */
export function addFindings(program: Command, context: () => Context): void {
  const finding = program
    .command('finding')
    .description('What on the hosts does not agree with what is known');
  addCommand(
    finding,
    {
      usage: 'list',
      about: 'List changed definitions, missing and doubled domains, and what lies on hosts and is nobody’s',
      options: [
        option('--host <host>', 'only of this host'),
        option('--server <server>', 'only of this server'),
        option('--kind <kind>', 'only of this kind').choices(FINDING_KINDS),
        option('--look', 'look at the hosts first, in place of the last look'),
        option('--long', 'more columns'),
      ],
      input: z.object({
        host: Text.optional(),
        server: Text.optional(),
        kind: Text.optional(),
        look: Flag,
        long: Flag,
      }),
      run: async (ctx, { host, server, kind, look, long }) => {
        const all = await lookedAt(ctx, { host, server, look });
        const found = all.filter((one) => kind === undefined || one.kind === kind);
        ctx.list(COLUMNS, found.map(row), long ? COLUMNS : SHORT);
      },
    },
    context,
  );
  addCommand(
    finding,
    {
      usage: 'show <finding>',
      about: 'Show one finding; of a changed definition, the difference',
      input: z.object({ finding: Text }),
      run: async (ctx, { finding: id }) => ctx.show(fields(await find(ctx, id))),
      notes: 'In the difference “-” is what was agreed to, and “+” what is on the host.',
    },
    context,
  );
  addCommand(
    finding,
    {
      usage: 'resolve <finding...>',
      about: 'Put findings in order',
      options: [option('--how <how>', 'how it is to be resolved').choices(RESOLUTIONS).makeOptionMandatory()],
      input: z.object({ finding: z.array(z.string()), how: Resolution }),
      run: async (ctx, { finding: ids, how }) => {
        await lookedAt(ctx);
        const session = await ctx.connect();
        await forEach(ctx, ids, (id) => session.call('finding.resolve', { id, how }));
      },
    },
    context,
  );
}
