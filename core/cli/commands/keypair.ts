import { open, readFile, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Keypair } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { forEach } from '../each.ts';

function fields(one: Keypair): Fields {
  return [
    ['created_at', one.createdAt],
    ['fingerprint', one.fingerprint],
    ['fingerprint_md5', one.fingerprintMd5],
    ['id', one.id],
    ['name', one.name],
    ['type', one.type],
  ];
}

async function readPublicKey(context: Context, file: string): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8');
    return Buffer.concat(await context.io.stdin.map((chunk) => Buffer.from(chunk)).toArray()).toString(
      'utf8',
    );
  } catch (cause) {
    throw new ExpectedError('bad_input', `The public key file ${file} cannot be read.`, {
      field: 'publicKey',
      cause,
    });
  }
}

/** Makes the file before the key, so that a key never exists that could not be saved. */
async function savePrivateKey(file: string, make: () => Promise<string>): Promise<void> {
  const handle = await open(file, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    const message = cause.code === 'EEXIST' ? `${file} is there already.` : `${file} cannot be made.`;
    throw new ExpectedError('bad_input', message, {
      field: 'privateKey',
      cause,
      remedy: 'Name another file.',
    });
  });
  try {
    await handle.writeFile(await make());
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

const Create = z.object({ name: Text, publicKey: Text.optional(), privateKey: Text.optional() });

async function create(context: Context, { name, ...files }: z.output<typeof Create>): Promise<void> {
  const publicKey = files.publicKey === undefined ? undefined : await readPublicKey(context, files.publicKey);
  const session = await context.connect();
  if (publicKey !== undefined) {
    const { keypair } = await session.call('keypair.create', { name, publicKey: publicKey.trim() });
    return context.show(fields(keypair));
  }
  const made: Keypair[] = [];
  const generate = async (): Promise<string> => {
    const { keypair, privateKey } = await session.call('keypair.create', { name });
    made.push(keypair);
    return privateKey ?? '';
  };
  // As the openstack client: without a file the key itself is the output, so that it can be redirected.
  if (files.privateKey === undefined) return context.write(await generate());
  try {
    await savePrivateKey(files.privateKey, generate);
  } catch (error) {
    // A pair whose private half is lost is good for nothing.
    for (const { id } of made) await session.call('keypair.delete', { ref: id });
    throw error;
  }
  for (const keypair of made) context.show(fields(keypair));
}

function addCreate(keypair: Command, context: () => Context): void {
  addCommand(
    keypair,
    {
      usage: 'create <name>',
      about: 'Import a public key, or make a new pair',
      options: [
        option('--public-key <file>', 'public key to import; “-” reads standard input').conflicts(
          'privateKey',
        ),
        option('--private-key <file>', 'where to save the new private key, readable by you only'),
      ],
      input: Create,
      run: create,
      notes: 'Without either option the new private key is printed, this once: Micronova does not keep it.',
    },
    context,
  );
}

function addReads(keypair: Command, context: () => Context): void {
  addCommand(
    keypair,
    {
      usage: 'list',
      about: 'List key pairs',
      input: z.object({}),
      run: async (ctx) => {
        const all = await (await ctx.connect()).call('keypair.list', {});
        ctx.list(
          ['Name', 'Fingerprint', 'Type'],
          all.map((one) => [one.name, one.fingerprint, one.type]),
        );
      },
    },
    context,
  );
  addCommand(
    keypair,
    {
      usage: 'discover',
      about: 'List the public keys in ~/.ssh that could be imported',
      input: z.object({}),
      run: async (ctx) => {
        const all = await (await ctx.connect()).call('keypair.discover', {});
        ctx.list(
          ['File', 'Fingerprint'],
          all.map((one) => [one.path, one.fingerprint]),
        );
      },
    },
    context,
  );
  addCommand(
    keypair,
    {
      usage: 'show <key>',
      about: 'Show one key pair',
      options: [option('--public-key', 'print the bare public key')],
      input: z.object({ key: Text, publicKey: Flag }),
      run: async (ctx, { key: ref, publicKey }) => {
        const found = await (await ctx.connect()).call('keypair.show', { ref });
        if (publicKey) ctx.print(found.publicKey);
        else ctx.show(fields(found));
      },
    },
    context,
  );
}

export function addKeypairs(program: Command, context: () => Context): void {
  const keypair = program.command('keypair').description('SSH keys that instances let in');
  addCreate(keypair, context);
  addReads(keypair, context);
  addCommand(
    keypair,
    {
      usage: 'delete <key...>',
      about: 'Delete key pairs; instances keep the key they were built with',
      input: z.object({ key: z.array(z.string()) }),
      run: async (ctx, { key: refs }) => {
        const session = await ctx.connect();
        await forEach(ctx, refs, (ref) => session.call('keypair.delete', { ref }));
      },
    },
    context,
  );
}
