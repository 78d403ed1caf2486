import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';

const LONG = ['Zone Name', 'Zone Status', 'Hosts'];
const SHORT = LONG.slice(0, 2);

export function addAvailabilityZones(program: Command, context: () => Context): void {
  const zone = program
    .command('availability')
    .description('Availability zones')
    .command('zone')
    .description('Zones that an instance can be asked to be in; an aggregate puts hosts into one');
  addCommand(
    zone,
    {
      usage: 'list',
      about: 'List availability zones',
      options: [option('--long', 'with their hosts')],
      input: z.object({ long: Flag }),
      run: async (ctx, { long }) => {
        const session = await connectWithHosts(ctx);
        const names = new Map((await session.call('host.list', {})).map(({ id, name }) => [id, name]));
        const rows = (await session.call('availabilityZone.list', {})).map((one) => [
          one.name,
          one.available ? 'available' : 'not available',
          one.hostIds.map((id) => names.get(id) ?? id),
        ]);
        ctx.list(LONG, rows, long ? LONG : SHORT);
      },
    },
    context,
  );
}
