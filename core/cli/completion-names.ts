import { connectLocal, type LocalClient } from '../api/local/client.ts';
import type { ObjectKind } from './completion-words.ts';

/** milliseconds: who presses Tab does not wait longer */
const PATIENCE = 1_500;

type Named = readonly { readonly name: string }[];

const NAMES: Readonly<Record<ObjectKind, (client: LocalClient) => Promise<readonly string[]>>> = {
  server: async ({ call }) => names(await call('instance.list', {})),
  flavor: async ({ call }) => names(await call('flavor.list', {})),
  image: async ({ call }) => names(await call('image.list', {})),
  key: async ({ call }) => names(await call('keypair.list', {})),
  host: async ({ call }) => names(await call('host.list', {})),
  task: async ({ call }) => (await call('task.list', {})).map((task) => task.id),
  // Only whole command lines say of which instance.
  'request-id': () => Promise.resolve([]),
};

function names(all: Named): string[] {
  return all.map((one) => one.name);
}

/**
 * Names of the objects that there are, from the running Micronova. None runs: none are told, for a Tab must not start
 * connecting to hosts.
 */
export async function objectNames(
  kind: ObjectKind,
  home: string,
  version: string,
): Promise<readonly string[]> {
  using client = await connectLocal(home, version);
  if (client === null) return [];
  const timer = setTimeout(() => client[Symbol.dispose](), PATIENCE);
  try {
    return await NAMES[kind](client);
  } finally {
    clearTimeout(timer);
  }
}
