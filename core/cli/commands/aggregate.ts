import type { Command } from 'commander';
import { z } from 'zod';
import { resolveOne } from '../../api/resolve.ts';
import type { Aggregate } from '../../contract/index.ts';
import { addCommand, Flag, option, Pairs, repeatable, Text, Texts } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { forEach } from '../each.ts';
import type { Cell } from '../output/cells.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';

const LONG = ['ID', 'Name', 'Availability Zone', 'Properties', 'Hosts'];
const SHORT = LONG.slice(0, 3);

type NamesOf = (ids: readonly string[]) => string[];

async function hostNames(session: Session): Promise<NamesOf> {
  const names = new Map((await session.call('host.list', {})).map(({ id, name }) => [id, name]));
  return (ids) => ids.map((id) => names.get(id) ?? id);
}

function row({ id, name, availabilityZone, metadata, hostIds }: Aggregate, namesOf: NamesOf): Cell[] {
  return [id, name, availabilityZone, metadata, namesOf(hostIds)];
}

function fields(one: Aggregate, namesOf: NamesOf): Fields {
  return [
    ['availability_zone', one.availabilityZone],
    ['created_at', one.createdAt],
    ['hosts', namesOf(one.hostIds)],
    ['id', one.id],
    ['name', one.name],
    ['properties', one.metadata],
  ];
}

async function show(context: Context, session: Session, aggregate: Aggregate): Promise<void> {
  context.show(fields(aggregate, await hostNames(session)));
}

function addCreate(aggregate: Command, context: () => Context): void {
  addCommand(
    aggregate,
    {
      usage: 'create <name>',
      about: 'Create an aggregate: hosts that belong together',
      options: [
        option('--zone <zone>', 'availability zone of its hosts'),
        repeatable('--property <key=value>', 'metadata that filters and weighers read'),
      ],
      input: z.object({ name: Text, zone: Text.optional(), property: Pairs }),
      run: async (ctx, { name, zone, property }) => {
        const session = await ctx.connect();
        const values = { name, metadata: property, availabilityZone: zone ?? null };
        await show(ctx, session, await session.call('aggregate.create', values));
      },
    },
    context,
  );
}

function addReads(aggregate: Command, context: () => Context): void {
  addCommand(
    aggregate,
    {
      usage: 'list',
      about: 'List aggregates',
      options: [option('--long', 'more columns')],
      input: z.object({ long: Flag }),
      run: async (ctx, { long }) => {
        const session = await ctx.connect();
        const all = await session.call('aggregate.list', {});
        const namesOf = await hostNames(session);
        const rows = all.map((one) => row(one, namesOf));
        ctx.list(LONG, rows, long ? LONG : SHORT);
      },
    },
    context,
  );
  addCommand(
    aggregate,
    {
      usage: 'show <aggregate>',
      about: 'Show one aggregate',
      input: z.object({ aggregate: Text }),
      run: async (ctx, { aggregate: ref }) => {
        const session = await ctx.connect();
        const all = await session.call('aggregate.list', {});
        const found = all.filter(({ id, name }) => id === ref || name === ref);
        const kind = { what: 'aggregate', notFound: 'aggregate.not_found' } as const;
        await show(ctx, session, resolveOne(found, ref, kind));
      },
    },
    context,
  );
}

const Change = z.object({
  aggregate: Text,
  name: Text.optional(),
  zone: Text.optional(),
  property: Pairs,
});

function addChanges(aggregate: Command, context: () => Context): void {
  addCommand(
    aggregate,
    {
      usage: 'set <aggregate>',
      about: 'Change name, zone or metadata',
      options: [
        option('--name <name>', 'new name'),
        option('--zone <zone>', 'availability zone of its hosts'),
        repeatable('--property <key=value>', 'metadata'),
      ],
      input: Change,
      run: async (ctx, { aggregate: ref, name, zone, property }) => {
        if (name === undefined && zone === undefined && Object.keys(property).length === 0)
          throw new UsageError('nothing to set');
        const change = {
          ...(name !== undefined && { name }),
          ...(zone !== undefined && { availabilityZone: zone }),
        };
        await (await ctx.connect()).call('aggregate.set', { ref, metadata: property, ...change });
      },
    },
    context,
  );
  addCommand(
    aggregate,
    {
      usage: 'unset <aggregate>',
      about: 'Remove metadata, or the zone',
      options: [
        repeatable('--property <key>', 'metadata to remove'),
        option('--zone', 'its hosts are in no zone of its own any more'),
      ],
      input: z.object({ aggregate: Text, property: Texts, zone: Flag }),
      run: async (ctx, { aggregate: ref, property, zone }) => {
        if (property.length === 0 && !zone) throw new UsageError('nothing to unset');
        const change = { unsetMetadata: property, ...(zone && { availabilityZone: null }) };
        await (await ctx.connect()).call('aggregate.set', { ref, ...change });
      },
    },
    context,
  );
  addCommand(
    aggregate,
    {
      usage: 'delete <aggregate...>',
      about: 'Delete aggregates that have no hosts',
      input: z.object({ aggregate: z.array(z.string()) }),
      run: async (ctx, { aggregate: refs }) => {
        const session = await ctx.connect();
        await forEach(ctx, refs, (ref) => session.call('aggregate.delete', { ref }));
      },
    },
    context,
  );
}

function addMembers(aggregate: Command, context: () => Context): void {
  const ways = [
    { verb: 'add', about: 'Put a host into an aggregate', key: 'addHosts' },
    { verb: 'remove', about: 'Take a host out of an aggregate', key: 'removeHosts' },
  ] as const;
  for (const { verb, about, key } of ways) {
    addCommand(
      aggregate.command(verb).description(about),
      {
        usage: 'host <aggregate> <host>',
        about,
        input: z.object({ aggregate: Text, host: Text }),
        run: async (ctx, { aggregate: ref, host }) => {
          const session = await ctx.connect();
          await show(ctx, session, await session.call('aggregate.set', { ref, [key]: [host] }));
        },
      },
      context,
    );
  }
}

export function addAggregates(program: Command, context: () => Context): void {
  const aggregate = program.command('aggregate').description('Hosts that belong together');
  addCreate(aggregate, context);
  addReads(aggregate, context);
  addChanges(aggregate, context);
  addMembers(aggregate, context);
}
