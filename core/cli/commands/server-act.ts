import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option, Pairs, repeatable, Text, Texts } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { startEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { UsageError } from '../usage-error.ts';

const Several = z.object({ server: z.array(z.string()), wait: Flag });

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
      options: [option('--wait', until)],
      input: Several,
      run: async (ctx, { server: refs, wait }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, refs, wait, (ref) => session.call(`instance.${verb}`, { ref }));
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
      ],
      input: z.object({ server: Text, hard: Flag, wait: Flag }),
      run: async (ctx, { server: ref, hard, wait }) => {
        const session = await connectWithHosts(ctx);
        const type = hard ? 'hard' : 'soft';
        await startEach(ctx, [ref], wait, () => session.call('instance.reboot', { ref, type }));
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
  addRelease(server, context);
  addSetAndUnset(server, context);
}
