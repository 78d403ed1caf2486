import type { Command } from 'commander';
import { z } from 'zod';
import type { SchedulerPart } from '../../contract/index.ts';
import { addCommand, option, Text } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import type { Cell } from '../output/cells.ts';
import { showRoom } from './decision.ts';
import { Place, PLACE_OPTIONS, placeOf } from './launch-where.ts';
import { addSchedulerSettings } from './scheduler-settings.ts';

const PART_COLUMNS = ['Kind', 'Name', 'Enabled', 'Multiplier', 'Default', 'Description', 'Reads'];

function partRow(part: SchedulerPart): Cell[] {
  const { kind, name, enabled, multiplier, defaultMultiplier, enabledByDefault, description, reads } = part;
  const usual = kind === 'filter' ? enabledByDefault : defaultMultiplier;
  return [kind, name, enabled, multiplier, usual, description, reads];
}

function addParts(scheduler: Command, context: () => Context): void {
  addCommand(
    scheduler.command('part').description('Filters and weighers'),
    {
      usage: 'list',
      about: 'List filters and weighers: what each does, and what it reads',
      input: z.object({}),
      run: async (ctx) => {
        const parts = await (await ctx.connect()).call('scheduler.parts', {});
        ctx.list(PART_COLUMNS, parts.map(partRow));
      },
    },
    context,
  );
}

function addRoom(scheduler: Command, context: () => Context): void {
  addCommand(
    scheduler,
    {
      usage: 'room',
      about: 'Show how many more instances of a flavor would find room, and what stops the next',
      options: [
        option('--flavor <flavor>', 'flavor').makeOptionMandatory(),
        option('--image <image>', 'image to boot from'),
        ...PLACE_OPTIONS,
      ],
      input: Place.extend({ flavor: Text, image: Text.optional() }),
      run: async (ctx, { flavor, image, ...place }) => {
        const question = { flavor, ...placeOf(place), ...(image !== undefined && { image }) };
        showRoom(ctx, await (await connectWithHosts(ctx)).call('scheduler.room', question));
      },
    },
    context,
  );
}

function addWithout(scheduler: Command, context: () => Context): void {
  addCommand(
    scheduler.command('without').description('What would be without something'),
    {
      usage: 'host <host>',
      about: 'Show where each instance of a host would go if the host died',
      input: z.object({ host: Text }),
      run: async (ctx, { host: ref }) => {
        const { refuges } = await (await connectWithHosts(ctx)).call('scheduler.withoutHost', { ref });
        ctx.list(
          ['ID', 'Name', 'Host', 'Reason'],
          refuges.map((one) => [one.instanceId, one.instanceName, one.hostName, one.reason]),
          ['Name', 'Host', 'Reason'],
        );
        const lost = refuges.filter(({ hostId }) => hostId === null).length;
        if (lost > 0) ctx.note(`${lost} of ${refuges.length} would find no place.`);
      },
    },
    context,
  );
}

export function addScheduler(program: Command, context: () => Context): void {
  const scheduler = program
    .command('scheduler')
    .description('How hosts are picked, and what would happen if');
  addSchedulerSettings(scheduler, context);
  addParts(scheduler, context);
  addRoom(scheduler, context);
  addWithout(scheduler, context);
}
