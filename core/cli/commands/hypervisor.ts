import type { Command } from 'commander';
import { z } from 'zod';
import type { Host } from '../../contract/index.ts';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import type { Cell } from '../output/cells.ts';
import { listGuests } from './guest.ts';
import { formatAddress } from './host-model.ts';

const SHORT = ['ID', 'Hypervisor Hostname', 'Hypervisor Type', 'Host IP', 'State'];
const LONG = [
  ...SHORT,
  'Status',
  'vCPUs Used',
  'vCPUs',
  'Memory MB Used',
  'Memory MB',
  'Disk GB Used',
  'Disk GB',
  'Guests',
];

function state(host: Host): string {
  return host.connection === 'connected' ? 'up' : 'down';
}

/** What Nova calls it: kvm is QEMU with acceleration. */
function type(host: Host): Cell {
  return host.virtType === null ? null : host.virtType === 'kvm' ? 'KVM' : 'QEMU';
}

function row(host: Host): Cell[] {
  return [
    host.id,
    host.name,
    type(host),
    formatAddress(host.address),
    state(host),
    host.enabled ? 'enabled' : 'disabled',
    host.vcpus.used,
    host.vcpus.total,
    host.ram.used,
    host.ram.total,
    host.disk.used,
    host.disk.total,
    host.guests,
  ];
}

function amounts(name: string, { total, used, reserved, ratio }: Host['ram']): Fields {
  const free = Math.max(0, Math.floor((total - reserved) * ratio) - used);
  return [
    [`${name}_free`, free],
    [`${name}_ratio`, ratio],
    [`${name}_reserved`, reserved],
    [`${name}_size`, total],
    [`${name}_used`, used],
  ];
}

function fields(host: Host): Fields {
  return [
    ['aggregate_ids', host.aggregateIds],
    ['arch', host.arch],
    ['availability_zone', host.availabilityZone],
    ['cpu_model', host.cpuModel],
    ['host_ip', formatAddress(host.address)],
    ['hostname', host.hostname],
    ['hypervisor_hostname', host.name],
    ['hypervisor_type', type(host)],
    ['hypervisor_version', host.hypervisorVersion],
    ['id', host.id],
    ['libvirt_version', host.libvirtVersion],
    ...amounts('local_disk', host.disk),
    ...amounts('memory', host.ram),
    ['running_vms', host.guests],
    ['state', state(host)],
    ['state_reason', host.connectionError?.message ?? null],
    ['status', host.enabled ? 'enabled' : 'disabled'],
    ['status_reason', host.disabledReason],
    ['uptime', host.uptime],
    ...amounts('vcpus', host.vcpus),
    ['virt_mode', host.virtMode],
    ['virt_reason', host.virtReason],
  ];
}

function stats(hosts: readonly Host[]): Fields {
  const sum = (value: (host: Host) => number): number =>
    hosts.reduce((total, host) => total + value(host), 0);
  return [
    ['count', hosts.length],
    ['free_disk_gb', sum(({ disk }) => disk.total - disk.used)],
    ['free_ram_mb', sum(({ ram }) => ram.total - ram.used)],
    ['local_gb', sum(({ disk }) => disk.total)],
    ['local_gb_used', sum(({ disk }) => disk.used)],
    ['memory_mb', sum(({ ram }) => ram.total)],
    ['memory_mb_used', sum(({ ram }) => ram.used)],
    ['running_vms', sum(({ guests }) => guests)],
    ['vcpus', sum(({ vcpus }) => vcpus.total)],
    ['vcpus_used', sum(({ vcpus }) => vcpus.used)],
  ];
}

function addStats(hypervisor: Command, context: () => Context): void {
  addCommand(
    hypervisor.command('stats').description('All hypervisors together'),
    {
      usage: 'show',
      about: 'Show the sums over all hypervisors',
      input: z.object({}),
      run: async (ctx) => ctx.show(stats(await (await connectWithHosts(ctx)).call('host.list', {}))),
    },
    context,
  );
}

function addGuests(hypervisor: Command, context: () => Context): void {
  addCommand(
    hypervisor.command('guest').description('Guests that Micronova did not make: shown, never touched'),
    {
      usage: 'list [host]',
      about: 'List them, of one host or of all',
      input: z.object({ host: Text.optional() }),
      run: (ctx, { host }) => listGuests(ctx, host, false),
    },
    context,
  );
}

export function addHypervisors(program: Command, context: () => Context): void {
  const hypervisor = program
    .command('hypervisor')
    .description('What the hosts have and how much of it is used');
  addCommand(
    hypervisor,
    {
      usage: 'list',
      about: 'List hypervisors',
      options: [
        option('--matching <text>', 'only those whose name has this in it'),
        option('--long', 'more columns'),
      ],
      input: z.object({ matching: Text.optional(), long: Flag }),
      run: async (ctx, { matching = '', long }) => {
        const hosts = await (await connectWithHosts(ctx)).call('host.list', {});
        const found = hosts.filter((host) => host.name.includes(matching));
        ctx.list(LONG, found.map(row), long ? LONG : SHORT);
      },
    },
    context,
  );
  addCommand(
    hypervisor,
    {
      usage: 'show <host>',
      about: 'Show one hypervisor',
      input: z.object({ host: Text }),
      run: async (ctx, { host: ref }) =>
        ctx.show(fields(await (await connectWithHosts(ctx)).call('host.show', { ref }))),
    },
    context,
  );
  addStats(hypervisor, context);
  addGuests(hypervisor, context);
}
