import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { startEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';

const COLUMNS = [
  'Host',
  'UUID',
  'Name',
  'State',
  'vCPUs',
  'Memory MB',
  'Kind',
  'Owner',
  'Instance',
  'Refusal',
];
const SHORT = COLUMNS.slice(0, 8);

/** Guests that are no instances of ours. */
export async function listGuests(ctx: Context, ref: string | undefined, long: boolean): Promise<void> {
  const session = await connectWithHosts(ctx);
  const names = new Map((await session.call('host.list', {})).map((one) => [one.id, one.name]));
  const guests = await session.call('guest.list', ref === undefined ? {} : { host: ref });
  const rows = guests.map((one) => [
    names.get(one.hostId) ?? one.hostId,
    one.uuid,
    one.name,
    one.state,
    one.vcpus,
    one.ram,
    one.kind,
    one.owner?.controlName ?? null,
    one.owner?.instanceName ?? null,
    one.refusal,
  ]);
  ctx.list(COLUMNS, rows, long ? COLUMNS : SHORT);
}

function addList(guest: Command, context: () => Context): void {
  addCommand(
    guest,
    {
      usage: 'list [host]',
      about: 'List guests that are no instances of this Micronova, of one host or of all',
      options: [option('--long', 'also whose instance it is, and why it cannot be adopted')],
      input: z.object({ host: Text.optional(), long: Flag }),
      run: (ctx, { host, long }) => listGuests(ctx, host, long),
      notes:
        'Kinds: unmanaged (made with virsh or virt-manager), other (another Micronova’s instance), lost (this one’s own, ' +
        'of which it has no row). Each counts in placement: of another Micronova’s its whole flavor, of an unmanaged one ' +
        'its CPUs and memory while it is not off.',
    },
    context,
  );
}

function addAdopt(guest: Command, context: () => Context): void {
  addCommand(
    guest,
    {
      usage: 'adopt <host> <uuid>',
      about: 'Bring a guest under management, as it is and while it runs',
      options: [
        option('--name <name>', 'name of the instance (default: its title, or the domain’s name)'),
        option('--flavor <flavor>', 'flavor of its size (default: one is found, or made)'),
        option('--project <project>', 'project that it belongs to (default: admin)'),
        option('--wait', 'wait until it is an instance'),
      ],
      input: z.object({
        host: Text,
        uuid: Text,
        name: Text.optional(),
        flavor: Text.optional(),
        project: Text.optional(),
        wait: Flag,
      }),
      run: async (ctx, { wait, ...input }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, [input], wait, (one) => session.call('guest.adopt', one));
      },
      notes: 'When the instance is deleted its disks stay. “server release” gives the guest back as it was.',
    },
    context,
  );
}

function addTakeOver(guest: Command, context: () => Context): void {
  addCommand(
    guest.command('take').description('Take another Micronova’s instances'),
    {
      usage: 'over <host> <uuid>',
      about:
        'Take an instance over from another Micronova, which learns of it and can do nothing with it from then on',
      options: [option('--wait', 'wait until it is ours')],
      input: z.object({ host: Text, uuid: Text, wait: Flag }),
      run: async (ctx, { host, uuid, wait }) => {
        const session = await connectWithHosts(ctx);
        await startEach(ctx, [uuid], wait, (one) => session.call('guest.takeOver', { host, uuid: one }));
      },
    },
    context,
  );
}

export function addGuests(program: Command, context: () => Context): void {
  const guest = program.command('guest').description('Guests that are no instances of this Micronova');
  addList(guest, context);
  addAdopt(guest, context);
  addTakeOver(guest, context);
}
