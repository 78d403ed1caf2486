import type { Command } from 'commander';
import { z } from 'zod';
import type { Flavor } from '../../contract/index.ts';
import { addCommand, Flag, option, Pairs, repeatable, Text, Texts, Whole } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { forEach } from '../each.ts';
import type { Cell } from '../output/cells.ts';
import { UsageError } from '../usage-error.ts';

const SHORT = ['ID', 'Name', 'RAM', 'Disk', 'Ephemeral', 'VCPUs', 'Is Public'];
const LONG = [...SHORT, 'Swap', 'Description', 'Properties'];

function row(one: Flavor): Cell[] {
  const { id, name, ram, disk, ephemeral, vcpus, isPublic, swap, description, extraSpecs } = one;
  return [id, name, ram, disk, ephemeral, vcpus, isPublic, swap, description, extraSpecs];
}

function fields(one: Flavor): Fields {
  return [
    ['OS-FLV-EXT-DATA:ephemeral', one.ephemeral],
    ['created_at', one.createdAt],
    ['description', one.description],
    ['disk', one.disk],
    ['id', one.id],
    ['name', one.name],
    ['os-flavor-access:is_public', one.isPublic],
    ['properties', one.extraSpecs],
    ['ram', one.ram],
    ['swap', one.swap],
    ['vcpus', one.vcpus],
  ];
}

const Create = z.object({
  name: Text,
  id: Text.optional(),
  ram: Whole.default(256),
  disk: Whole.default(0),
  ephemeral: Whole.default(0),
  swap: Whole.default(0),
  vcpus: Whole.default(1),
  private: Flag,
  description: Text.optional(),
  property: Pairs,
});

async function create(context: Context, input: z.output<typeof Create>): Promise<void> {
  const { id, private: hidden, property, description, ...rest } = input;
  const session = await context.connect();
  const flavor = await session.call('flavor.create', {
    ...rest,
    isPublic: !hidden,
    description: description ?? null,
    extraSpecs: property,
    // `auto` is how the openstack client says it.
    ...(id !== undefined && id !== 'auto' && { id }),
  });
  context.show(fields(flavor));
}

function addCreate(flavor: Command, context: () => Context): void {
  addCommand(
    flavor,
    {
      usage: 'create <name>',
      about: 'Create a flavor',
      options: [
        option('--id <id>', 'id; “auto” or left out: a new one'),
        option('--ram <MiB>', 'memory in MiB (default 256)'),
        option('--disk <GiB>', "disk in GiB; 0 is the image's size (default 0)"),
        option('--ephemeral <GiB>', 'a second disk in GiB (default 0)'),
        option('--swap <MiB>', 'swap disk in MiB (default 0)'),
        option('--vcpus <count>', 'virtual CPUs (default 1)'),
        option('--public', 'offered to everybody (default)').conflicts('private'),
        option('--private', 'not offered to everybody'),
        option('--description <text>', 'description'),
        repeatable('--property <key=value>', 'extra spec, e.g. hw:cpu_cores=2'),
      ],
      input: Create,
      run: create,
    },
    context,
  );
}

function addReads(flavor: Command, context: () => Context): void {
  addCommand(
    flavor,
    {
      usage: 'list',
      about: 'List flavors',
      options: [option('--long', 'more columns')],
      input: z.object({ long: Flag }),
      run: async (ctx, { long }) => {
        const flavors = await (await ctx.connect()).call('flavor.list', {});
        ctx.list(LONG, flavors.map(row), long ? LONG : SHORT);
      },
    },
    context,
  );
  addCommand(
    flavor,
    {
      usage: 'show <flavor>',
      about: 'Show one flavor',
      input: z.object({ flavor: Text }),
      run: async (ctx, { flavor: ref }) =>
        ctx.show(fields(await (await ctx.connect()).call('flavor.show', { ref }))),
    },
    context,
  );
}

function addWrites(flavor: Command, context: () => Context): void {
  addCommand(
    flavor,
    {
      usage: 'set <flavor>',
      about: 'Change the description or the extra specs; instances keep the copy they were built with',
      options: [
        option('--description <text>', 'description'),
        repeatable('--property <key=value>', 'extra spec'),
      ],
      input: z.object({ flavor: Text, description: Text.optional(), property: Pairs }),
      run: async (ctx, { flavor: ref, description, property }) => {
        if (description === undefined && Object.keys(property).length === 0) {
          throw new UsageError('nothing to set');
        }
        await (
          await ctx.connect()
        ).call('flavor.set', {
          ref,
          extraSpecs: property,
          ...(description !== undefined && { description }),
        });
      },
    },
    context,
  );
  addCommand(
    flavor,
    {
      usage: 'unset <flavor>',
      about: 'Remove extra specs',
      options: [repeatable('--property <key>', 'extra spec to remove')],
      input: z.object({ flavor: Text, property: Texts }),
      run: async (ctx, { flavor: ref, property }) => {
        if (property.length === 0) throw new UsageError('nothing to unset');
        await (await ctx.connect()).call('flavor.set', { ref, unsetExtraSpecs: property });
      },
    },
    context,
  );
  addCommand(
    flavor,
    {
      usage: 'delete <flavor...>',
      about: 'Delete flavors; instances of them stay',
      input: z.object({ flavor: z.array(z.string()) }),
      run: async (ctx, { flavor: refs }) => {
        const session = await ctx.connect();
        await forEach(ctx, refs, (ref) => session.call('flavor.delete', { ref }));
      },
    },
    context,
  );
}

export function addFlavors(program: Command, context: () => Context): void {
  const flavor = program.command('flavor').description('Sizes of instances');
  addCreate(flavor, context);
  addReads(flavor, context);
  addWrites(flavor, context);
}
