import type { Command } from 'commander';
import { z } from 'zod';
import { VirtMode } from '../../contract/index.ts';
import { addCommand, Amount, Flag, option, Text, Whole } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { forEach } from '../each.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { UsageError } from '../usage-error.ts';
import { addHostDoors } from './host-add.ts';
import { HOST_COLUMNS, hostFields, hostRow, SHORT_HOST_COLUMNS } from './host-model.ts';

function addReads(host: Command, context: () => Context): void {
  addCommand(
    host,
    {
      usage: 'list',
      about: 'List hosts and how they are connected',
      options: [option('--long', 'more columns')],
      input: z.object({ long: Flag }),
      run: async (ctx, { long }) => {
        const hosts = await (await connectWithHosts(ctx)).call('host.list', {});
        ctx.list(HOST_COLUMNS, hosts.map(hostRow), long ? HOST_COLUMNS : SHORT_HOST_COLUMNS);
      },
    },
    context,
  );
  addCommand(
    host,
    {
      usage: 'show <host>',
      about: 'Show one host',
      input: z.object({ host: Text }),
      run: async (ctx, { host: ref }) =>
        ctx.show(hostFields(await (await connectWithHosts(ctx)).call('host.show', { ref }))),
    },
    context,
  );
}

const Set = z.object({
  host: Text,
  name: Text.optional(),
  enable: Flag,
  disable: Flag,
  reason: Text.optional(),
  virtMode: VirtMode.optional(),
  pool: Text.optional(),
  network: Text.optional(),
  cpuRatio: Amount.optional(),
  ramRatio: Amount.optional(),
  diskRatio: Amount.optional(),
  reservedRam: Whole.optional(),
  reservedDisk: Whole.optional(),
  reservedVcpus: Whole.optional(),
});

async function set(context: Context, input: z.output<typeof Set>): Promise<void> {
  const { host: ref, enable, disable, reason, ...rest } = input;
  if (reason !== undefined && !disable) throw new UsageError('--reason goes with --disable');
  const change = {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(enable && { enabled: true, disabledReason: null }),
    ...(disable && { enabled: false, disabledReason: reason ?? null }),
  };
  if (Object.keys(change).length === 0) throw new UsageError('nothing to set');
  await (await context.connect()).call('host.set', { ref, ...change });
}

function addSet(host: Command, context: () => Context): void {
  addCommand(
    host,
    {
      usage: 'set <host>',
      about: 'Change a host',
      options: [
        option('--name <name>', 'new name'),
        option('--enable', 'let the scheduler pick it').conflicts('disable'),
        option('--disable', 'keep the scheduler from picking it'),
        option('--reason <text>', 'why it is disabled'),
        option('--virt-mode <mode>', 'kvm only on proof, always, or never').choices(VirtMode.options),
        option('--pool <pool>', 'storage pool for disks and images'),
        option('--network <network>', 'network for instances'),
        option('--cpu-ratio <ratio>', 'virtual CPUs for each real one'),
        option('--ram-ratio <ratio>', 'memory promised for each MiB there is'),
        option('--disk-ratio <ratio>', 'disk promised for each GiB there is'),
        option('--reserved-ram <MiB>', 'memory kept for the host itself'),
        option('--reserved-disk <GiB>', 'disk kept for the host itself'),
        option('--reserved-vcpus <count>', 'CPUs kept for the host itself'),
      ],
      input: Set,
      run: set,
    },
    context,
  );
}

export function addHosts(program: Command, context: () => Context): void {
  const host = program.command('host').description('Computers with libvirt on which instances run');
  addHostDoors(host, context);
  addReads(host, context);
  addSet(host, context);
  addCommand(
    host,
    {
      usage: 'remove <host...>',
      about: 'Forget hosts; their guests run on',
      options: [option('--force', 'even with instances on them, which are then forgotten too')],
      input: z.object({ host: z.array(z.string()), force: Flag }),
      run: async (ctx, { host: refs, force }) => {
        const session = await ctx.connect();
        await forEach(ctx, refs, (ref) => session.call('host.remove', { ref, force }));
      },
    },
    context,
  );
}
