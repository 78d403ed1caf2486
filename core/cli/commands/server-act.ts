import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { forEach, startEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { tellWaiting, WhenBack, whenBackOption } from '../when-back.ts';

const Several = z.object({ server: z.array(z.string()), wait: Flag, ...WhenBack });

/** Those that need no more said than on which instances: what they do, and what `--wait` waits for. */
const PLAIN = {
  start: ['Start instances', 'active'],
  stop: ['Stop instances', 'stopped'],
  pause: ['Pause instances: their processors stand still', 'paused'],
  unpause: ['Let paused instances go on', 'active'],
  suspend: ['Suspend instances: their memory is kept on the host, and they are switched off', 'suspended'],
  resume: ['Resume suspended instances', 'active'],
  unrescue: ['Bring instances back from rescue to their own disks', 'as they were'],
  restore: ['Restore softly deleted instances', 'back'],
} as const;
type Plain = keyof typeof PLAIN;

function isPlain(verb: string): verb is Plain {
  return Object.hasOwn(PLAIN, verb);
}

function addPlain(server: Command, context: () => Context, verb: Plain): void {
  const [about, until] = PLAIN[verb];
  addCommand(
    server,
    {
      usage: `${verb} <server...>`,
      about,
      options: [option('--wait', `wait until they are ${until}`), whenBackOption()],
      input: Several,
      run: async (ctx, { server: refs, wait, whenBack }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, refs, wait, (ref) =>
          tellWaiting(ctx, session, whenBack, session.call(`instance.${verb}`, { ref, whenBack })),
        );
      },
    },
    context,
  );
}

function addDelete(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'delete <server...>',
      about: 'Delete instances',
      options: [
        option('--soft', 'switch them off and keep them for the reclaim time of the settings').conflicts(
          'force',
        ),
        option('--force', 'in whatever state, locked or not, and without waiting for a host that is away'),
        option('--wait', 'wait until they are gone'),
        whenBackOption().conflicts('force'),
      ],
      input: Several.extend({ soft: Flag, force: Flag }),
      run: async (ctx, { server: refs, wait, soft, force, whenBack }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, refs, wait, (ref) =>
          force
            ? session.call('instance.forceDelete', { ref })
            : tellWaiting(ctx, session, whenBack, session.call('instance.delete', { ref, soft, whenBack })),
        );
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
          return tellWaiting(ctx, session, whenBack, accepted);
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

function addLocks(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'lock <server...>',
      about: 'Lock instances against changes',
      options: [option('--reason <reason>', 'why, for whoever is kept out')],
      input: z.object({ server: z.array(z.string()), reason: Text.optional() }),
      run: async (ctx, { server: refs, reason }) => {
        const session = await ctx.connect();
        const why = reason === undefined ? {} : { reason };
        await forEach(ctx, refs, (ref) => session.call('instance.lock', { ref, ...why }));
      },
    },
    context,
  );
  addCommand(
    server,
    {
      usage: 'unlock <server...>',
      about: 'Unlock instances',
      input: z.object({ server: z.array(z.string()) }),
      run: async (ctx, { server: refs }) => {
        const session = await ctx.connect();
        await forEach(ctx, refs, (ref) => session.call('instance.unlock', { ref }));
      },
    },
    context,
  );
}

function addDump(server: Command, context: () => Context): void {
  const dump = server.command('dump').description('Crash dumps');
  addCommand(
    dump,
    {
      usage: 'create <server...>',
      about: 'Have instances write a crash dump, by a non-maskable interrupt',
      options: [option('--wait', 'wait until the interrupt has reached them')],
      input: Several,
      run: async (ctx, { server: refs, wait }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, refs, wait, (ref) => session.call('instance.crashDump', { ref }));
      },
    },
    context,
  );
}

export function addServerActs(server: Command, context: () => Context): void {
  for (const verb of Object.keys(PLAIN)) if (isPlain(verb)) addPlain(server, context, verb);
  addDelete(server, context);
  addReboot(server, context);
  addEvacuate(server, context);
  addRelease(server, context);
  addLocks(server, context);
  addDump(server, context);
}
