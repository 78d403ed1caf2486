import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../domain/log.ts';
import { createContext } from '../identity/context.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { deleteFlavor, listFlavors } from '../state/flavors.ts';
import { deleteHost, listHosts } from '../state/hosts.ts';
import { listImages } from '../state/images.ts';
import { deleteKeypair, listKeypairs } from '../state/keypairs.ts';
import { listTasks } from '../state/tasks.ts';
import { currentEnvironment } from '../transport/platform.ts';
import { prepareFirstStart } from './first-start.ts';
import { generateKeyPair } from '../identity/ssh-keys.ts';

let database: Database;
let home: string;
let guestImage: string;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
  home = mkdtempSync(join(tmpdir(), 'micronova-first-'));
  guestImage = join(home, 'tiny.raw');
  const bootSector = Buffer.alloc(512);
  bootSector.set([0x55, 0xaa], 510);
  writeFileSync(guestImage, bootSector);
  truncateSync(guestImage, 1024 * 1024);
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh', 'id_ed25519.pub'), generateKeyPair('me@desk').key.publicKey);
});
afterEach(() => {
  database.close();
  rmSync(home, { recursive: true, force: true });
});

/** @param runtime where a libvirt session might have its socket */
function start(runtime: string, image: string | null = guestImage, letsIn = true) {
  const environment = { ...currentEnvironment(), platform: 'linux' as const, home, uid: null };
  return prepareFirstStart(database, {
    environment: { ...environment, env: { XDG_RUNTIME_DIR: runtime } },
    letsIn: async () => letsIn,
    guestImage: image ?? undefined,
    context: createContext({ user: 'me' }),
  });
}

function withLibvirt(): string {
  const runtime = join(home, 'run');
  mkdirSync(join(runtime, 'libvirt'), { recursive: true });
  writeFileSync(join(runtime, 'libvirt', 'libvirt-sock'), '');
  return runtime;
}

it('makes what Launch needs', async () => {
  await start(withLibvirt());
  expect(listFlavors(database).map(({ name, vcpus, ram, disk }) => [name, vcpus, ram, disk])).toEqual([
    ['m1.nano', 1, 128, 1],
    ['m1.tiny', 1, 512, 1],
    ['m1.small', 1, 2048, 20],
    ['m1.medium', 2, 4096, 40],
    ['m1.large', 4, 8192, 80],
    ['m1.xlarge', 8, 16_384, 160],
  ]);
  expect(listKeypairs(database)).toMatchObject([
    { name: 'default', publicKey: expect.stringMatching(/me@desk$/) },
  ]);
  expect(listImages(database)).toMatchObject([{ name: 'tiny', status: 'queued', diskFormat: 'raw' }]);
  expect(listTasks(database)).toMatchObject([{ kind: 'image.create', state: 'queued' }]);
  expect(listHosts(database)).toMatchObject([{ name: 'This computer', address: { kind: 'local' } }]);
});

it('does not bring back what a person has deleted', async () => {
  const runtime = withLibvirt();
  await start(runtime);
  database.write((tx) => {
    for (const { id } of listFlavors(tx)) deleteFlavor(tx, id);
    for (const { id } of listKeypairs(tx)) deleteKeypair(tx, id);
    for (const { id } of listHosts(tx)) deleteHost(tx, id);
  });
  await start(runtime);
  expect([listFlavors(database), listKeypairs(database), listHosts(database)]).toEqual([[], [], []]);
  expect(listImages(database)).toHaveLength(1);
});

it('leaves out a guest image that is no image, and says so', async () => {
  writeFileSync(guestImage, 'no image at all\n'.repeat(100));
  const notices = await start(withLibvirt());
  expect(notices).toEqual([expect.stringContaining('tiny guest image')]);
  expect(listFlavors(database)).toHaveLength(6);
});

it.skipIf(currentEnvironment().platform !== 'linux')(
  'is served later with what was missing at first',
  async () => {
    await start(join(home, 'none'), null);
    expect(listImages(database)).toEqual([]);
    await start(withLibvirt());
    expect(listImages(database)).toHaveLength(1);
    expect(listHosts(database)).toHaveLength(1);
  },
);

it.skipIf(currentEnvironment().platform !== 'linux')(
  "takes the account's own libvirt where the system's does not let it in",
  async () => {
    await start(withLibvirt(), null, false);
    expect(listHosts(database)).toMatchObject([{ address: { kind: 'local', uri: 'qemu:///session' } }]);
  },
);
