import { existsSync } from 'node:fs';
import type { Flavor } from '../contract/index.ts';
import { isExpected } from '../domain/errors.ts';
import type { RequestContext } from '../identity/context.ts';
import { type ImageFacts, inspectImage } from '../image/inspect.ts';
import { DEFAULT_NETWORK } from '../network/host-network.ts';
import type { Database, Tx } from '../state/database.ts';
import { findFlavors, insertFlavor } from '../state/flavors.ts';
import { findHosts, insertHost, listHosts } from '../state/hosts.ts';
import { listKeypairs } from '../state/keypairs.ts';
import { getMeta, setMeta } from '../state/meta.ts';
import { type Environment, sessionSockets, sshFiles, SYSTEM_SOCKETS } from '../transport/platform.ts';
import { DEFAULT_POOL } from '../volume/prepare-pool.ts';
import { addImage } from './images.ts';
import { addKeypair, discoverKeys } from './keypairs.ts';
import { parsePublicKey } from '../identity/ssh-keys.ts';

const THIS_COMPUTER = 'This computer';

type Figures = Pick<Flavor, 'name' | 'vcpus' | 'ram' | 'disk'>;

/** Nova's own, as they came with it until 2016 (nova/db/sqlalchemy, migration 216), and DevStack's smallest. */
const FLAVORS: readonly Figures[] = [
  { name: 'm1.nano', vcpus: 1, ram: 128, disk: 1 },
  { name: 'm1.tiny', vcpus: 1, ram: 512, disk: 1 },
  { name: 'm1.small', vcpus: 1, ram: 2048, disk: 20 },
  { name: 'm1.medium', vcpus: 2, ram: 4096, disk: 40 },
  { name: 'm1.large', vcpus: 4, ram: 8192, disk: 80 },
  { name: 'm1.xlarge', vcpus: 8, ram: 16_384, disk: 160 },
];

function addFlavors(tx: Tx): void {
  for (const figures of FLAVORS) {
    if (findFlavors(tx, figures.name).length > 0) continue;
    insertFlavor(tx, {
      id: tx.uuid(),
      ...figures,
      ephemeral: 0,
      swap: 0,
      isPublic: true,
      description: null,
      extraSpecs: {},
      createdAt: tx.now(),
    });
  }
}

type LocalUri = 'qemu:///system' | 'qemu:///session';

/** Which libvirt this computer has, if any; the system's comes first, unless only the account's own lets it in. */
async function findLocalLibvirt({ environment, letsIn }: FirstStartOptions): Promise<LocalUri | null> {
  const { platform, env, uid, home } = environment;
  if (platform !== 'linux') return null;
  const runtime = env['XDG_RUNTIME_DIR'];
  const user = { home, ...(runtime !== undefined && { runtime }), ...(uid !== null && { uid }) };
  const hasSession = sessionSockets(user).some((path) => existsSync(path));
  const hasSystem = SYSTEM_SOCKETS.some((path) => existsSync(path));
  if (!hasSystem) return hasSession ? 'qemu:///session' : null;
  // The socket's mode tells little: polkit may decide behind it.
  return hasSession && !(await letsIn('qemu:///system')) ? 'qemu:///session' : 'qemu:///system';
}

function addThisComputer(tx: Tx, uri: LocalUri): void {
  const isThere = listHosts(tx).some((host) => host.address.kind === 'local');
  if (isThere || findHosts(tx, THIS_COMPUTER).length > 0) return;
  insertHost(tx, {
    id: tx.uuid(),
    name: THIS_COMPUTER,
    address: { kind: 'local', uri },
    pool: DEFAULT_POOL,
    network: DEFAULT_NETWORK,
    virtMode: 'automatic',
    createdAt: tx.now(),
  });
}

function addGuestImage(tx: Tx, file: string, facts: ImageFacts, { requestId }: RequestContext): void {
  const values = { name: 'tiny', file, minDisk: 0, minRam: 96, properties: {}, uploadTo: [] };
  addImage(tx, values, facts, requestId);
}

function addOwnKey(tx: Tx, publicKey: string): void {
  if (listKeypairs(tx).length === 0) addKeypair(tx, 'default', parsePublicKey(publicKey));
}

export interface FirstStartOptions {
  readonly environment: Environment;
  /** Does this libvirt of this computer talk to this account? */
  readonly letsIn: (uri: LocalUri) => Promise<boolean>;
  /** the tiny guest that set-up has built */
  readonly guestImage?: string | undefined;
  readonly context: RequestContext;
}

/** What is made once and never again, so that what a person deletes stays deleted. */
type Default = 'flavors' | 'host' | 'image' | 'keypair';

/**
 * Makes Launch work at once: flavors, this computer, the tiny guest and the person's own public key. What cannot be
 * made yet (libvirt is installed later, say) is made at the start at which it can.
 * @returns notices for the person about what is missing
 */
export async function prepareFirstStart(database: Database, options: FirstStartOptions): Promise<string[]> {
  const { environment, guestImage, context } = options;
  const isDue = (what: Default) => getMeta(database, `default.${what}`) === undefined;
  const uri = isDue('host') ? await findLocalLibvirt(options) : undefined;
  const notices = uri === null ? [noLibvirt(environment)] : [];
  const wantsImage = guestImage !== undefined && isDue('image');
  const facts = wantsImage ? await inspectImage(guestImage).catch(tell(notices)) : undefined;
  const [key] = isDue('keypair') ? await discoverKeys(sshFiles(environment).folder) : [];
  database.write((tx) => {
    const once = (what: Default, make: () => void) => {
      if (!isDue(what)) return;
      make();
      setMeta(tx, `default.${what}`, tx.now());
    };
    once('flavors', () => addFlavors(tx));
    once('keypair', () => key && addOwnKey(tx, key.publicKey));
    if (uri) once('host', () => addThisComputer(tx, uri));
    if (guestImage !== undefined && facts) once('image', () => addGuestImage(tx, guestImage, facts, context));
  });
  return notices;
}

// An image that is no good is missed, and nothing else with it.
function tell(notices: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!isExpected(error)) throw error;
    notices.push(`The tiny guest image was not added: ${error.message}`);
  };
}

function noLibvirt({ platform }: Environment): string {
  return platform === 'linux'
    ? 'There is no libvirt on this computer. Install it (on Debian: apt install libvirt-daemon-system qemu-system-x86) and start Micronova again, or add a host over SSH.'
    : 'This computer cannot run guests itself. Add a Linux host over SSH.';
}
