import type { Command } from 'commander';
import { z } from 'zod';
import { type Input, Settings } from '../../contract/index.ts';
import { addCommand, Flag, option, Pairs, repeatable, Texts, Whole } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { UsageError } from '../usage-error.ts';

function fields({ scheduler, ...own }: Settings): Fields {
  return [
    ['backups_kept', own.backupsKept],
    ['language', own.language],
    ['link_timeout', own.linkTimeout],
    ['reclaim_interval', own.reclaimInterval],
    ['scheduler_enabled_filters', scheduler.enabledFilters],
    ['scheduler_host_subset_size', scheduler.hostSubsetSize],
    ['scheduler_max_attempts', scheduler.maxAttempts],
    ['scheduler_max_instances_per_host', scheduler.maxInstancesPerHost],
    ['scheduler_max_io_ops_per_host', scheduler.maxIoOpsPerHost],
    ['scheduler_multipliers', scheduler.multipliers],
    ['theme', own.theme],
  ];
}

const Multipliers = Pairs.transform((pairs, context) => {
  const numbers: Record<string, number> = {};
  for (const [name, text] of Object.entries(pairs)) {
    if (!/^-?\d{1,10}(\.\d{1,6})?$/.test(text)) {
      context.issues.push({ code: 'custom', message: `takes a number, not “${text}”`, input: text });
    } else numbers[name] = Number(text);
  }
  return numbers;
});

const Change = z.object({
  backupsKept: Whole.optional(),
  language: Settings.shape.language.optional(),
  linkTimeout: Whole.optional(),
  reclaimInterval: Whole.optional(),
  theme: Settings.shape.theme.optional(),
  filter: Texts,
  hostSubsetSize: Whole.optional(),
  maxAttempts: Whole.optional(),
  maxInstancesPerHost: Whole.optional(),
  maxIoOpsPerHost: Whole.optional(),
  multiplier: Multipliers,
  defaultMultipliers: Flag,
});
type Change = z.output<typeof Change>;

/** Only what was given: the rest stays as it is. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is undefined has just been left out
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function multipliersOf({ multiplier, defaultMultipliers }: Change, { scheduler }: Settings) {
  if (Object.keys(multiplier).length === 0 && !defaultMultipliers) return undefined;
  return { ...(defaultMultipliers ? {} : scheduler.multipliers), ...multiplier };
}

function changeOf(typed: Change, before: Settings): Input<'settings.set'> {
  const { backupsKept, language, linkTimeout, reclaimInterval, theme } = typed;
  const { hostSubsetSize, maxAttempts, maxInstancesPerHost, maxIoOpsPerHost } = typed;
  const scheduler = given({
    enabledFilters: typed.filter.length === 0 ? undefined : typed.filter,
    multipliers: multipliersOf(typed, before),
    hostSubsetSize,
    maxAttempts,
    maxInstancesPerHost,
    maxIoOpsPerHost,
  });
  return {
    ...given({ backupsKept, language, linkTimeout, reclaimInterval, theme }),
    ...(Object.keys(scheduler).length > 0 && { scheduler }),
  };
}

async function set(context: Context, typed: Change): Promise<void> {
  const session = await context.connect();
  const change = changeOf(typed, await session.call('settings.get', {}));
  if (Object.keys(change).length === 0) throw new UsageError('nothing to set');
  context.show(fields(await session.call('settings.set', change)));
}

export function addSettings(program: Command, context: () => Context): void {
  const settings = program.command('settings').description('Settings of Micronova itself');
  addCommand(
    settings,
    {
      usage: 'show',
      about: 'Show the settings',
      input: z.object({}),
      run: async (ctx) => ctx.show(fields(await (await ctx.connect()).call('settings.get', {}))),
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
        option('--reclaim-interval <seconds>', 'how long a softly deleted instance can be restored'),
        option('--backups-kept <count>', 'daily copies of the database that are kept'),
        repeatable('--filter <name>', 'scheduler: a filter that is on; those not named are off'),
        repeatable('--multiplier <weigher=number>', 'scheduler: how much a weigher counts'),
        option('--default-multipliers', "scheduler: forget all multipliers but Nova's own"),
        option('--host-subset-size <count>', 'scheduler: draw the pick by lot among so many of the best'),
        option('--max-attempts <count>', 'scheduler: hosts that are tried for one instance'),
        option('--max-instances-per-host <count>', 'scheduler: what the filter NumInstances lets in'),
        option('--max-io-ops-per-host <count>', 'scheduler: what the filter IoOps lets in'),
      ],
      input: Change,
      run: set,
    },
    context,
  );
}
