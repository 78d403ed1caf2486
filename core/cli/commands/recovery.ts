import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { startEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';

const COLUMNS = ['Control ID', 'Micronova', 'Own', 'Instance', 'ID', 'Host', 'Flavor'];

export function addRecovery(program: Command, context: () => Context): void {
  const recovery = program
    .command('recovery')
    .description('Instances of a lost Micronova, by what their guests say of themselves');
  addCommand(
    recovery,
    {
      usage: 'list',
      about: 'List them, of all connected hosts',
      input: z.object({}),
      run: async (ctx) => {
        const all = await (await connectWithHosts(ctx)).call('recovery.list', {});
        const rows = all.flatMap(({ controlId, controlName, own, instances }) =>
          instances.map((one) => [
            controlId,
            controlName,
            own,
            one.name,
            one.id,
            one.hostName,
            one.flavorName,
          ]),
        );
        ctx.list(COLUMNS, rows);
      },
    },
    context,
  );
  addCommand(
    recovery,
    {
      usage: 'run <control>',
      about:
        'Rebuild all instances that carry this mark, with flavors, key pairs, images, groups and projects',
      options: [option('--wait', 'wait until they are there')],
      input: z.object({ control: Text, wait: Flag }),
      run: async (ctx, { control, wait }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, [control], wait, (controlId) => session.call('recovery.run', { controlId }));
      },
      notes:
        'User data is not among what comes back: it may hold secrets, so no guest’s metadata carries it. A Micronova that ' +
        'still lives loses its instances by this, and learns of it.',
    },
    context,
  );
}
