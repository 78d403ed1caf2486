import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option, Pairs, repeatable, Text, Texts } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { startEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { UsageError } from '../usage-error.ts';
import { tellWaiting, WhenBack, whenBackOption } from '../when-back.ts';

const Several = z.object({ server: z.array(z.string()), wait: Flag, ...WhenBack });

function addSeveral(
  server: Command,
  context: () => Context,
  verb: 'delete' | 'start' | 'stop',
  [about, until]: readonly [string, string],
): void {
  addCommand(
    server,
    {
      usage: `${verb} <server...>`,
      about,
      options: [option('--wait', until), whenBackOption()],
      input: Several,
      run: async (ctx, { server: refs, wait, whenBack }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, refs, wait, (ref) => {
          const accepted = session.call(`instance.${verb}`, { ref, whenBack });
          return whenBack ? tellWaiting(ctx, session, accepted) : accepted;
        });
      },
    },
    context,
  );
}

function addRelease(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'release <server...>',
      about: 'Give guests back: they stay as they are, without Micronova’s mark, and the instances are gone',
      options: [option('--wait', 'wait until they are given back')],
      input: Several,
      run: async (ctx, { server: refs, wait }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, refs, wait, (ref) => session.call('instance.release', { ref }));
      },
    },
    context,
  );
}

function addReboot(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'reboot <server>',
      about: 'Reboot an instance',
      options: [
        option('--soft', 'ask the guest to reboot (default)').conflicts('hard'),
        option('--hard', 'reset it, as if power was cut'),
        option('--wait', 'wait until it is active again'),
        whenBackOption(),
      ],
      input: z.object({ server: Text, hard: Flag, wait: Flag, ...WhenBack }),
      run: async (ctx, { server: ref, hard, wait, whenBack }) => {
        const session = await connectWithHosts(ctx);
        const type = hard ? 'hard' : 'soft';
        await startEach(ctx, [ref], wait, () => {
          const accepted = session.call('instance.reboot', { ref, type, whenBack });
          return whenBack ? tellWaiting(ctx, session, accepted) : accepted;
        });
      },
    },
    context,
  );
}

function addEvacuate(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'evacuate <server>',
      about: 'Build an instance anew on another host, because its own is gone',
      options: [
        option('--host <host>', 'the host that takes it; left out: the scheduler picks'),
        option('--wait', 'wait until it is there'),
      ],
      input: z.object({ server: Text, host: Text.optional(), wait: Flag }),
      notes:
        'Make sure that the old host is off. Disks on storage that both hosts share are kept; all others begin\n' +
        'anew from the image. What is left on the old host is taken down when it is back.',
      run: async (ctx, { server: ref, host, wait }) => {
        const session = await connectWithHosts(ctx);
        const input = { ref, ...(host !== undefined && { host }) };
        await startEach(ctx, [ref], wait, () => session.call('instance.evacuate', input));
      },
    },
    context,
  );
}

function addSetAndUnset(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'set <server>',
      about: 'Rename an instance or set its metadata',
      options: [option('--name <name>', 'new name'), repeatable('--property <key=value>', 'metadata')],
      input: z.object({ server: Text, name: Text.optional(), property: Pairs }),
      run: async (ctx, { server: ref, name, property }) => {
        if (name === undefined && Object.keys(property).length === 0) throw new UsageError('nothing to set');
        await (
          await ctx.connect()
        ).call('instance.set', { ref, metadata: property, ...(name !== undefined && { name }) });
      },
    },
    context,
  );
  addCommand(
    server,
    {
      usage: 'unset <server>',
      about: 'Remove metadata from an instance',
      options: [repeatable('--property <key>', 'key to remove')],
      input: z.object({ server: Text, property: Texts }),
      run: async (ctx, { server: ref, property }) => {
        if (property.length === 0) throw new UsageError('nothing to unset');
        await (await ctx.connect()).call('instance.set', { ref, unsetMetadata: property });
      },
    },
    context,
  );
}

export function addServerActs(server: Command, context: () => Context): void {
  addSeveral(server, context, 'delete', ['Delete instances', 'wait until they are gone']);
  addSeveral(server, context, 'start', ['Start instances', 'wait until they are active']);
  addSeveral(server, context, 'stop', ['Stop instances', 'wait until they are stopped']);
  addReboot(server, context);
  addEvacuate(server, context);
  addRelease(server, context);
  addSetAndUnset(server, context);
}
