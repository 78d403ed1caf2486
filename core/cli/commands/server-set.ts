import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand, Flag, option, Pairs, repeatable, Text, Texts } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { askSecret, readSecret } from '../prompt.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';

const SetInput = z.object({
  server: Text,
  name: Text.optional(),
  hostname: Text.optional(),
  description: Text.optional(),
  property: Pairs,
  tag: Texts,
  state: z.enum(['active', 'error']).optional(),
  password: Flag,
  account: Text.optional(),
});
type SetInput = z.output<typeof SetInput>;

/** Typed twice on a terminal, where nobody sees what is typed; otherwise the first line of standard input. */
async function newPassword(context: Context): Promise<string> {
  if (context.io.stdin.isTTY !== true) return readSecret(context);
  const password = await askSecret(context, 'New password');
  if ((await askSecret(context, 'Retype new password')) !== password) {
    throw new UsageError('the two passwords differ; nothing was set');
  }
  return password;
}

async function setRow(session: Session, input: SetInput): Promise<void> {
  const { server: ref, name, hostname, description, property, tag } = input;
  const texts = { ...(name && { name }), ...(hostname && { hostname }) };
  const about = description === undefined ? {} : { description };
  const before = tag.length === 0 ? [] : (await session.call('instance.show', { ref })).tags;
  const tags = tag.length === 0 ? {} : { tags: [...new Set([...before, ...tag])] };
  const change = {
    ...texts,
    ...about,
    ...tags,
    ...(Object.keys(property).length > 0 && { metadata: property }),
  };
  if (Object.keys(change).length > 0) await session.call('instance.set', { ref, ...change });
}

/** What goes to the guest or decides its state first: a new name would make the old one mean nothing. */
async function set(context: Context, input: SetInput): Promise<void> {
  const { server: ref, state, password, account } = input;
  if (account !== undefined && !password) throw new UsageError('--account belongs to --password');
  const { name, hostname, description, property, tag } = input;
  const changesRow = [name, hostname, description, ...tag, ...Object.keys(property)].some(
    (one) => one !== undefined,
  );
  if (!changesRow && state === undefined && !password) throw new UsageError('nothing to set');
  const secret = password ? await newPassword(context) : undefined;
  const session = await (password ? connectWithHosts(context) : context.connect());
  if (state !== undefined) await session.call('instance.resetState', { ref, state });
  if (secret !== undefined) {
    const user = account === undefined ? {} : { user: account };
    await session.call('instance.setPassword', { ref, password: secret, ...user });
  }
  await setRow(session, input);
}

const UnsetInput = z.object({ server: Text, property: Texts, tag: Texts, description: Flag });

async function unset(context: Context, input: z.output<typeof UnsetInput>): Promise<void> {
  const { server: ref, property, tag, description } = input;
  if (property.length + tag.length === 0 && !description) throw new UsageError('nothing to unset');
  const session = await context.connect();
  const before = tag.length === 0 ? [] : (await session.call('instance.show', { ref })).tags;
  await session.call('instance.set', {
    ref,
    ...(property.length > 0 && { unsetMetadata: property }),
    ...(tag.length > 0 && { tags: before.filter((one) => !tag.includes(one)) }),
    ...(description && { description: null }),
  });
}

export function addServerSets(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'set <server>',
      about: 'Set what an instance says of itself, its state, or its password',
      options: [
        option('--name <name>', 'new name'),
        option('--hostname <hostname>', 'host name, for the next rebuild'),
        option('--description <text>', 'description'),
        repeatable('--property <key=value>', 'metadata'),
        repeatable('--tag <tag>', 'tag to add'),
        option('--state <state>', 'reset the state, for who knows better').choices(['active', 'error']),
        option('--password', 'set a password by the guest agent; asked for, or read from standard input'),
        option('--account <account>', 'whose password; left out: that of its administrator'),
      ],
      input: SetInput,
      run: set,
    },
    context,
  );
  addCommand(
    server,
    {
      usage: 'unset <server>',
      about: 'Remove metadata, tags or the description of an instance',
      options: [
        repeatable('--property <key>', 'key to remove'),
        repeatable('--tag <tag>', 'tag to remove'),
        option('--description', 'remove the description'),
      ],
      input: UnsetInput,
      run: unset,
    },
    context,
  );
}
