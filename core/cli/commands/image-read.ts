import type { Command } from 'commander';
import { z } from 'zod';
import type { Image } from '../../contract/index.ts';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { type Cell, Shown } from '../output/cells.ts';
import { formatBytes } from '../progress.ts';

const SHORT = ['ID', 'Name', 'Status'];
const LONG = [
  ...SHORT,
  'Disk Format',
  'Size',
  'Virtual Size',
  'Checksum',
  'Min Disk',
  'Min RAM',
  'Properties',
];

function row(one: Image): Cell[] {
  return [
    one.id,
    one.name,
    one.status,
    one.diskFormat,
    one.size,
    one.virtualSize,
    one.sha256,
    one.minDisk,
    one.minRam,
    one.properties,
  ];
}

function size(bytes: number): Cell {
  return new Shown(bytes, `${bytes} (${formatBytes(bytes)})`);
}

/** @param hosts names by id, of the hosts that may hold a copy */
export function imageFields(one: Image, hosts: ReadonlyMap<string, string>): Fields {
  return [
    ['cached_on', one.cachedOn.map((id) => hosts.get(id) ?? id)],
    ['checksum', one.sha256],
    ['created_at', one.createdAt],
    ['disk_format', one.diskFormat],
    ['id', one.id],
    ['min_disk', one.minDisk],
    ['min_ram', one.minRam],
    ['name', one.name],
    ['properties', one.properties],
    ['size', size(one.size)],
    ['status', one.status],
    ['virtual_size', size(one.virtualSize)],
  ];
}

export async function showImage(context: Context, ref: string): Promise<void> {
  const session = await context.connect();
  const image = await session.call('image.show', { ref });
  const hosts = await session.call('host.list', {});
  context.show(imageFields(image, new Map(hosts.map((host) => [host.id, host.name]))));
}

export function addImageReads(image: Command, context: () => Context): void {
  addCommand(
    image,
    {
      usage: 'list',
      about: 'List images',
      options: [option('--name <name>', 'only those of this name'), option('--long', 'more columns')],
      input: z.object({ name: Text.optional(), long: Flag }),
      run: async (ctx, { name, long }) => {
        const all = await (await ctx.connect()).call('image.list', {});
        const found = all.filter((one) => name === undefined || one.name === name);
        ctx.list(LONG, found.map(row), long ? LONG : SHORT);
      },
    },
    context,
  );
  addCommand(
    image,
    {
      usage: 'show <image>',
      about: 'Show one image',
      input: z.object({ image: Text }),
      run: (ctx, { image: ref }) => showImage(ctx, ref),
    },
    context,
  );
}
