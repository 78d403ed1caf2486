import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { startEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { tellWaiting, WhenBack, whenBackOption } from '../when-back.ts';
import { readUserData } from './server-create.ts';

const Rescue = z.object({ server: Text, image: Text.optional(), wait: Flag, ...WhenBack });

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
        whenBackOption(),
      ],
      input: Rescue,
      run: async (ctx, { server: ref, image, wait, whenBack }) => {
        const session = await connectWithHosts(ctx);
        const choice = { whenBack, ...(image !== undefined && { image }) };
        await startEach(ctx, [ref], wait, () =>
          tellWaiting(ctx, session, whenBack, session.call('instance.rescue', { ref, ...choice })),
        );
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
        whenBackOption(),
      ],
      input: Rescue.extend({ userData: Text.optional() }),
      run: async (ctx, { server: ref, image, userData: file, wait, whenBack }) => {
        const userData = file === undefined ? {} : { userData: await readUserData(file) };
        const session = await connectWithHosts(ctx);
        const choice = { whenBack, ...(image !== undefined && { image }), ...userData };
        await startEach(ctx, [ref], wait, () =>
          tellWaiting(ctx, session, whenBack, session.call('instance.rebuild', { ref, ...choice })),
        );
      },
    },
    context,
  );
}
