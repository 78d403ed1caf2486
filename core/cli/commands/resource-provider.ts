import type { Command } from 'commander';
import { z } from 'zod';
import type { ProviderUsage, ResourceUsage } from '../../contract/index.ts';
import { addCommand, Amount, Flag, option, repeatable, Text, Texts, Whole } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import type { Cell } from '../output/cells.ts';
import { UsageError } from '../usage-error.ts';

/** Names and columns are those of osc-placement, the openstack client's plugin. */
const INVENTORY = [
  'resource_class',
  'allocation_ratio',
  'min_unit',
  'max_unit',
  'reserved',
  'step_size',
  'total',
  'used',
  'capacity',
  'used_by',
];

function inventoryRow(usage: ResourceUsage): Cell[] {
  return [
    usage.resourceClass,
    usage.allocationRatio,
    usage.minUnit,
    usage.maxUnit,
    usage.reserved,
    usage.stepSize,
    usage.total,
    usage.used,
    usage.capacity,
    usage.consumers.map(
      ({ name, kind, amount }) => `${name}${kind === 'instance' ? '' : ` (${kind})`}: ${amount}`,
    ),
  ];
}

function showInventory(context: Context, { usages }: ProviderUsage): void {
  context.list(INVENTORY, usages.map(inventoryRow), INVENTORY.slice(0, 9));
}

async function usageOf(context: Context, ref: string): Promise<ProviderUsage> {
  return (await connectWithHosts(context)).call('placement.usage', { ref });
}

async function list(context: Context): Promise<void> {
  const session = await connectWithHosts(context);
  const hosts = await session.call('host.list', {});
  const providers = await Promise.all(hosts.map(({ id }) => session.call('placement.usage', { ref: id })));
  context.list(
    ['uuid', 'name', 'generation'],
    providers.map(({ hostId, hostName, generation }) => [hostId, hostName, generation]),
  );
}

/** What each consumer has of a provider. */
function allocationsOf({ usages }: ProviderUsage): Cell {
  const shares = usages.flatMap(({ resourceClass, consumers }) =>
    consumers.map((share) => ({ ...share, resourceClass })),
  );
  const byConsumer = Map.groupBy(shares, ({ consumerId }) => consumerId);
  return Object.fromEntries(
    [...byConsumer].map(([id, held]) => [
      id,
      Object.fromEntries(held.map(({ resourceClass, amount }) => [resourceClass, amount])),
    ]),
  );
}

function addReads(provider: Command, context: () => Context): void {
  addCommand(
    provider,
    { usage: 'list', about: 'List hosts as placement sees them', input: z.object({}), run: list },
    context,
  );
  addCommand(
    provider,
    {
      usage: 'show <host>',
      about: 'Show one host as placement sees it',
      options: [option('--allocations', 'and who has what of it')],
      input: z.object({ host: Text, allocations: Flag }),
      run: async (ctx, { host, allocations }) => {
        const usage = await usageOf(ctx, host);
        ctx.show([
          ['uuid', usage.hostId],
          ['name', usage.hostName],
          ['generation', usage.generation],
          ...(allocations ? [['allocations', allocationsOf(usage)] as const] : []),
        ]);
      },
    },
    context,
  );
}

const SETTINGS = {
  total: Whole.optional(),
  reserved: Whole.optional(),
  min_unit: Whole.optional(),
  max_unit: Whole.optional(),
  step_size: Whole.optional(),
  allocation_ratio: Amount.optional(),
};
const ClassInput = z.object({ host: Text, resourceClass: Text, ...SETTINGS });

async function setClass(context: Context, input: z.output<typeof ClassInput>): Promise<void> {
  const settings = {
    total: input.total,
    reserved: input.reserved,
    minUnit: input.min_unit,
    maxUnit: input.max_unit,
    stepSize: input.step_size,
    allocationRatio: input.allocation_ratio,
  };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) throw new UsageError('say what to set: --total, --reserved, …');
  const session = await context.connect();
  const { host: ref, resourceClass } = input;
  showInventory(context, await session.call('placement.setInventory', { ref, resourceClass, ...given }));
}

function addInventories(provider: Command, context: () => Context): void {
  const inventory = provider.command('inventory').description('What a host has of each resource class');
  addCommand(
    inventory,
    {
      usage: 'list <host>',
      about: 'List the classes of a host: (total − reserved) × ratio may be given away',
      options: [option('--long', 'also who has it')],
      input: z.object({ host: Text, long: Flag }),
      run: async (ctx, { host, long }) => {
        const { usages } = await usageOf(ctx, host);
        ctx.list(INVENTORY, usages.map(inventoryRow), long ? INVENTORY : INVENTORY.slice(0, 9));
      },
    },
    context,
  );
  addCommand(
    inventory.command('class').description('One class of a host'),
    {
      usage: 'set <host> <resourceClass>',
      about: 'Change one class; one of your own (CUSTOM_…) is made by its total, and goes with a total of 0',
      options: [
        option('--total <n>', 'how much there is; of the standard classes the host tells it'),
        option('--reserved <n>', 'how much of it is not to be given away'),
        option('--min_unit <n>', 'the least that an instance may ask for'),
        option('--max_unit <n>', 'the most'),
        option('--step_size <n>', 'instances get multiples of this'),
        option('--allocation_ratio <ratio>', 'how often it may be given away'),
      ],
      input: ClassInput,
      run: setClass,
    },
    context,
  );
}

function showTraits(context: Context, { traits }: ProviderUsage): void {
  context.list(
    ['name'],
    traits.map((name) => [name]),
  );
}

function addTraits(provider: Command, context: () => Context): void {
  const trait = provider.command('trait').description('What a host can do, by standard names and your own');
  addCommand(
    trait,
    {
      usage: 'list <host>',
      about: 'List the traits of a host',
      input: z.object({ host: Text }),
      run: async (ctx, { host }) => showTraits(ctx, await usageOf(ctx, host)),
    },
    context,
  );
  addCommand(
    trait,
    {
      usage: 'set <host>',
      about: 'Replace the traits that a person has added (CUSTOM_…); those that the host tells stay',
      options: [repeatable('--trait <trait>', 'a trait; none takes all that were added away')],
      input: z.object({ host: Text, trait: Texts }),
      run: async (ctx, { host, trait: traits }) => {
        const session = await ctx.connect();
        showTraits(ctx, await session.call('placement.setTraits', { ref: host, traits }));
      },
    },
    context,
  );
}

async function showAllocation(context: Context, consumer: string): Promise<void> {
  const session = await connectWithHosts(context);
  const hosts = await session.call('host.list', {});
  const providers = await Promise.all(hosts.map(({ id }) => session.call('placement.usage', { ref: id })));
  const rows = providers.flatMap(({ hostName, generation, usages }) => {
    const held = usages.flatMap(({ resourceClass, consumers }) =>
      consumers
        .filter(({ consumerId, name }) => consumerId === consumer || name === consumer)
        .map(({ amount }): [string, number] => [resourceClass, amount]),
    );
    return held.length === 0 ? [] : [[hostName, generation, Object.fromEntries(held)]];
  });
  context.list(['resource_provider', 'generation', 'resources'], rows);
}

function addUses(provider: Command, context: () => Context): void {
  addCommand(
    provider.command('usage').description('How much of a host is given away'),
    {
      usage: 'show <host>',
      about: 'Show how much of each class is given away',
      input: z.object({ host: Text }),
      run: async (ctx, { host }) => {
        const { usages } = await usageOf(ctx, host);
        ctx.list(
          ['resource_class', 'usage'],
          usages.map(({ resourceClass, used }) => [resourceClass, used]),
        );
      },
    },
    context,
  );
  addCommand(
    provider.command('allocation').description('What one consumer has'),
    {
      usage: 'show <server>',
      about: 'Show what an instance (or a guest that somebody else made) has, on each host',
      input: z.object({ server: Text }),
      run: (ctx, { server }) => showAllocation(ctx, server),
    },
    context,
  );
}

export function addResourceProviders(program: Command, context: () => Context): void {
  const provider = program
    .command('resource')
    .description('Resources of the hosts')
    .command('provider')
    .description('Hosts as placement sees them');
  addReads(provider, context);
  addInventories(provider, context);
  addTraits(provider, context);
  addUses(provider, context);
}
