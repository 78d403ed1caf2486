import type { Command } from 'commander';
import { z } from 'zod';
import type { SchedulerSettings } from '../../contract/index.ts';
import { addCommand, option, Pairs, repeatable, Texts, Whole } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { UsageError } from '../usage-error.ts';

/** Under the names of Nova's options, nova/conf/scheduler.py */
function fields(settings: SchedulerSettings): Fields {
  return [
    ['enabled_filters', settings.enabledFilters],
    ['host_subset_size', settings.hostSubsetSize],
    ['max_attempts', settings.maxAttempts],
    ['max_instances_per_host', settings.maxInstancesPerHost],
    ['max_io_ops_per_host', settings.maxIoOpsPerHost],
    ['multipliers', settings.multipliers],
  ];
}

const Change = z.object({
  enableFilter: Texts,
  disableFilter: Texts,
  multiplier: Pairs,
  unsetMultiplier: Texts,
  hostSubsetSize: Whole.optional(),
  maxAttempts: Whole.optional(),
  maxInstancesPerHost: Whole.optional(),
  maxIoOpsPerHost: Whole.optional(),
});
type Change = z.output<typeof Change>;

function filtersOf(
  { enabledFilters }: SchedulerSettings,
  { enableFilter, disableFilter }: Change,
): Partial<SchedulerSettings> {
  if (enableFilter.length + disableFilter.length === 0) return {};
  const kept = enabledFilters.filter((name) => !disableFilter.includes(name));
  return { enabledFilters: [...new Set([...kept, ...enableFilter])] };
}

function multipliersOf(
  { multipliers }: SchedulerSettings,
  { multiplier, unsetMultiplier }: Change,
): Partial<SchedulerSettings> {
  if (Object.keys(multiplier).length + unsetMultiplier.length === 0) return {};
  const kept = Object.entries(multipliers).filter(([name]) => !unsetMultiplier.includes(name));
  const typed = Object.entries(multiplier).map(([name, text]): [string, number] => {
    if (/^-?\d{1,9}(\.\d{1,6})?$/.test(text)) return [name, Number(text)];
    throw new UsageError(`--multiplier takes WEIGHER=NUMBER, not “${name}=${text}”`);
  });
  return { multipliers: Object.fromEntries([...kept, ...typed]) };
}

function figuresOf(change: Change): Partial<SchedulerSettings> {
  const { hostSubsetSize, maxAttempts, maxInstancesPerHost, maxIoOpsPerHost } = change;
  return {
    ...(hostSubsetSize !== undefined && { hostSubsetSize }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(maxInstancesPerHost !== undefined && { maxInstancesPerHost }),
    ...(maxIoOpsPerHost !== undefined && { maxIoOpsPerHost }),
  };
}

async function set(context: Context, change: Change): Promise<void> {
  const session = await context.connect();
  const { scheduler: before } = await session.call('settings.get', {});
  const scheduler = { ...filtersOf(before, change), ...multipliersOf(before, change), ...figuresOf(change) };
  if (Object.keys(scheduler).length === 0) throw new UsageError('nothing to set');
  context.show(fields((await session.call('settings.set', { scheduler })).scheduler));
}

export function addSchedulerSettings(scheduler: Command, context: () => Context): void {
  addCommand(
    scheduler,
    {
      usage: 'show',
      about: 'Show the settings of the scheduler',
      input: z.object({}),
      run: async (ctx) => {
        const settings = await (await ctx.connect()).call('settings.get', {});
        ctx.show(fields(settings.scheduler));
      },
    },
    context,
  );
  addCommand(
    scheduler,
    {
      usage: 'set',
      about: 'Change the settings of the scheduler',
      options: [
        repeatable('--enable-filter <filter>', 'filter to ask, after those that are asked already'),
        repeatable('--disable-filter <filter>', 'filter not to ask any more'),
        repeatable('--multiplier <weigher=number>', "weigher's multiplier; 0 switches it off"),
        repeatable('--unset-multiplier <weigher>', "weigher that gets Nova's multiplier again"),
        option('--host-subset-size <number>', 'draw the pick by lot among so many of the best'),
        option('--max-attempts <number>', 'how many hosts a build is tried on'),
        option('--max-instances-per-host <number>', 'limit of the filter NumInstances'),
        option('--max-io-ops-per-host <number>', 'limit of the filter IoOps'),
      ],
      input: Change,
      run: set,
    },
    context,
  );
}
