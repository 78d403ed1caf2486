import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Keypair, keypairMethods, Output } from '../contract/index.ts';
import { isExpected } from '../domain/errors.ts';
import type { Database, Reader, Tx } from '../state/database.ts';
import { deleteKeypair, findKeypairs, insertKeypair, listKeypairs } from '../state/keypairs.ts';
import { checkKeypairQuota } from './quota.ts';
import { refuseTaken, resolveOne } from './resolve.ts';
import type { Handlers } from './router.ts';
import { generateKeyPair, parsePublicKey, type PublicKey } from '../identity/ssh-keys.ts';

export function findKeypair(reader: Reader, ref: string, field?: string): Keypair {
  return resolveOne(findKeypairs(reader, ref), ref, {
    what: 'key pair',
    notFound: 'keypair.not_found',
    ...(field !== undefined && { field }),
  });
}

export function addKeypair(tx: Tx, name: string, key: PublicKey): Keypair {
  refuseTaken(findKeypairs(tx, name), name, 'key pair');
  checkKeypairQuota(tx);
  return insertKeypair(tx, { id: tx.uuid(), name, type: 'ssh', ...key, createdAt: tx.now() });
}

type Discovered = Output<'keypair.discover'>;

// ssh's own order of preference; what else lies there comes after it.
const PREFERRED = ['id_ed25519.pub', 'id_ecdsa.pub', 'id_ed25519_sk.pub', 'id_ecdsa_sk.pub', 'id_rsa.pub'];

function rank(file: string): number {
  const at = PREFERRED.indexOf(file);
  return at < 0 ? PREFERRED.length : at;
}

async function readCandidate(path: string): Promise<Discovered> {
  try {
    const { publicKey, fingerprint } = parsePublicKey(await readFile(path, 'utf8'));
    return [{ path, publicKey, fingerprint }];
  } catch (error) {
    // What is no key, or cannot be read, is not offered.
    if (isExpected(error) || (error instanceof Error && 'code' in error)) return [];
    throw error;
  }
}

/** The usable public keys of a folder, the best first. */
export async function discoverKeys(folder: string): Promise<Discovered> {
  const files = await readdir(folder).catch(() => []);
  const candidates = files
    .filter((file) => file.endsWith('.pub'))
    .toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  const found = await Promise.all(candidates.map((file) => readCandidate(join(folder, file))));
  return found.flat();
}

/** @param sshFolder `~/.ssh` */
export function keypairHandlers(
  database: Database,
  sshFolder: string,
): Handlers<keyof typeof keypairMethods> {
  return {
    'keypair.create': ({ name, publicKey }) => {
      if (publicKey !== undefined) {
        const key = parsePublicKey(publicKey);
        return { keypair: database.write((tx) => addKeypair(tx, name, key)), privateKey: null };
      }
      const { key, privateKey } = generateKeyPair(name);
      return { keypair: database.write((tx) => addKeypair(tx, name, key)), privateKey };
    },
    'keypair.discover': () => discoverKeys(sshFolder),
    'keypair.list': () => listKeypairs(database),
    'keypair.show': ({ ref }) => findKeypair(database, ref),
    // Instances keep the copy of the public key that they were built with.
    'keypair.delete': ({ ref }) =>
      database.write((tx) => {
        const { id } = findKeypair(tx, ref);
        deleteKeypair(tx, id);
        return { id };
      }),
  };
}
