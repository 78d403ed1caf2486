import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { ExpectedError } from '../../domain/errors.ts';
import { inspectImage } from '../../image/inspect.ts';
import { addCommand, option, Pairs, repeatable, Text, Texts, Whole } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { forEach } from '../each.ts';
import { followTasks, hasEnded, taskFailure } from '../follow-tasks.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { UsageError } from '../usage-error.ts';
import { showImage } from './image-read.ts';

const Create = z.object({
  name: Text,
  file: Text,
  diskFormat: z.enum(['qcow2', 'raw'], 'must be qcow2 or raw').optional(),
  containerFormat: z.literal('bare', 'must be bare').default('bare'),
  minDisk: Whole.default(0),
  minRam: Whole.default(0),
  property: Pairs,
  host: Texts,
  wait: z.boolean().default(true),
});

async function checkFormat(file: string, asked: string | undefined): Promise<void> {
  if (asked === undefined) return;
  const { diskFormat } = await inspectImage(file);
  if (diskFormat === asked) return;
  throw new ExpectedError('image.bad_format', `${file} holds a ${diskFormat} image, not ${asked}.`, {
    field: 'diskFormat',
    remedy: `Leave --disk-format away, or say ${diskFormat}.`,
  });
}

/** Waits for transfers. Who presses Ctrl-C meanwhile wants them to stop, not to go on unseen. */
async function attendTransfers(context: Context, taskIds: readonly string[]): Promise<void> {
  const tasks = await followTasks(context, taskIds, 'cancel');
  const failure = tasks.map(taskFailure).find((one) => one !== null);
  if (failure) throw failure;
}

/** The copies to hosts that were asked for together with an image: tasks of their own, made once it is active. */
async function attendUploads(context: Context, imageId: string): Promise<void> {
  const tasks = await (await context.connect()).call('task.list', {});
  const uploads = tasks.filter((task) => task.imageId === imageId && !hasEnded(task));
  if (uploads.length > 0)
    await attendTransfers(
      context,
      uploads.map((task) => task.id),
    );
}

async function create(context: Context, input: z.output<typeof Create>): Promise<void> {
  const { name, minDisk, minRam, property, host, wait } = input;
  const file = resolve(input.file);
  await checkFormat(file, input.diskFormat);
  const session = await (host.length > 0 ? connectWithHosts(context) : context.connect());
  const { image, taskId } = await session.call('image.create', {
    name,
    file,
    minDisk,
    minRam,
    properties: property,
    uploadTo: host,
  });
  if (wait) {
    await attendTransfers(context, [taskId]);
    await attendUploads(context, image.id);
  }
  await showImage(context, image.id);
}

function addCreate(image: Command, context: () => Context): void {
  addCommand(
    image,
    {
      usage: 'create <name>',
      about: 'Take a disk image into the image store',
      options: [
        option('--file <file>', 'qcow2 or raw file').makeOptionMandatory(),
        option('--disk-format <format>', 'what it must be; the content decides').choices(['qcow2', 'raw']),
        option('--container-format <format>', 'as the openstack client has it').choices(['bare']),
        option('--min-disk <GiB>', 'smallest disk of a flavor for it'),
        option('--min-ram <MiB>', 'smallest memory of a flavor for it'),
        repeatable('--property <key=value>', 'property, e.g. hw_disk_bus=virtio'),
        repeatable('--host <host>', 'host that gets its copy now'),
        option('--no-wait', 'do not wait until it is active'),
      ],
      input: Create,
      run: create,
    },
    context,
  );
}

const Set = z.object({
  image: Text,
  name: Text.optional(),
  minDisk: Whole.optional(),
  minRam: Whole.optional(),
  property: Pairs,
});

async function set(context: Context, input: z.output<typeof Set>): Promise<void> {
  const { image: ref, name, minDisk, minRam, property: properties } = input;
  const change = {
    ...(name !== undefined && { name }),
    ...(minDisk !== undefined && { minDisk }),
    ...(minRam !== undefined && { minRam }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
  if (Object.keys(change).length === 0) throw new UsageError('nothing to set');
  await (await context.connect()).call('image.set', { ref, ...change });
}

function addSetAndUnset(image: Command, context: () => Context): void {
  addCommand(
    image,
    {
      usage: 'set <image>',
      about: 'Change an image',
      options: [
        option('--name <name>', 'new name'),
        option('--min-disk <GiB>', 'smallest disk of a flavor for it'),
        option('--min-ram <MiB>', 'smallest memory of a flavor for it'),
        repeatable('--property <key=value>', 'property'),
      ],
      input: Set,
      run: set,
    },
    context,
  );
  addCommand(
    image,
    {
      usage: 'unset <image>',
      about: 'Remove properties from an image',
      options: [repeatable('--property <key>', 'property to remove')],
      input: z.object({ image: Text, property: Texts }),
      run: async (ctx, { image: ref, property }) => {
        if (property.length === 0) throw new UsageError('nothing to unset');
        await (await ctx.connect()).call('image.set', { ref, unsetProperties: property });
      },
    },
    context,
  );
}

export function addImageWrites(image: Command, context: () => Context): void {
  addCreate(image, context);
  addSetAndUnset(image, context);
  addCommand(
    image,
    {
      usage: 'upload <image> <host>',
      about: "Copy an image to a host's pool ahead of a launch",
      options: [option('--no-wait', 'do not wait until it is there')],
      input: z.object({ image: Text, host: Text, wait: z.boolean().default(true) }),
      run: async (ctx, { image: ref, host, wait }) => {
        const { taskId } = await (await connectWithHosts(ctx)).call('image.upload', { ref, host });
        if (wait) await attendTransfers(ctx, [taskId]);
      },
    },
    context,
  );
  addCommand(
    image,
    {
      usage: 'delete <image...>',
      about: 'Delete images, and their copies on hosts that no instance needs',
      input: z.object({ image: z.array(z.string()) }),
      run: async (ctx, { image: refs }) => {
        const session = await ctx.connect();
        await forEach(ctx, refs, (ref) => session.call('image.delete', { ref }));
      },
    },
    context,
  );
}
