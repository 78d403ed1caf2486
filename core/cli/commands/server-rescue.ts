import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { startEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { readUserData } from './server-create.ts';

const Rescue = z.object({ server: Text, image: Text.optional(), wait: Flag });

/** Both boot an instance from another image: beside its disk, or in its place. */
export function addServerRescues(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'rescue <server>',
      about: 'Boot an instance from a rescue image, with its own disk attached as it is',
      options: [
        option('--image <image>', 'image to boot; left out: that of the instance'),
        option('--wait', 'wait until it has been started'),
      ],
      input: Rescue,
      run: async (ctx, { server: ref, image, wait }) => {
        const session = await connectWithHosts(ctx);
        const choice = image === undefined ? {} : { image };
        await startEach(ctx, [ref], wait, () => session.call('instance.rescue', { ref, ...choice }));
      },
    },
    context,
  );
  addCommand(
    server,
    {
      usage: 'rebuild <server>',
      about: 'Give an instance a new disk from an image; what is on the old one is lost',
      options: [
        option('--image <image>', 'image; left out: the same again'),
        option('--user-data <file>', 'file with new user data'),
        option('--wait', 'wait until it is done'),
      ],
      input: Rescue.extend({ userData: Text.optional() }),
      run: async (ctx, { server: ref, image, userData: file, wait }) => {
        const userData = file === undefined ? {} : { userData: await readUserData(file) };
        const session = await connectWithHosts(ctx);
        const choice = { ...(image !== undefined && { image }), ...userData };
        await startEach(ctx, [ref], wait, () => session.call('instance.rebuild', { ref, ...choice }));
      },
    },
    context,
  );
}
