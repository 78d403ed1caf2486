import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  openSync,
  closeSync,
  existsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeDriver } from '../../core/compute/fake/fake-driver.ts';
import { FakeHost } from '../../core/compute/fake/fake-host.ts';
import { type ControlPlane, createControlPlane } from '../../core/control-plane.ts';
import { contract, type Call, type MethodName } from '../../core/contract/index.ts';
import { currentEnvironment } from '../../core/transport/platform.ts';
import { openDatabase, databaseFile } from '../../core/state/database.ts';
import { listBackups } from '../../core/state/file/backup-files.ts';
import { isExpected } from '../../core/domain/errors.ts';
import { type Log, silentLog } from '../../core/domain/log.ts';

/** A real file system of 4 MiB under the data folder, which can be filled. */
let folder: string;
let home: string;
let plane: ControlPlane | undefined;
let fake: FakeHost;

function fill(): void {
  const file = openSync(join(home, 'ballast'), 'w');
  const chunk = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
}

const makeRoom = () => rmSync(join(home, 'ballast'));

async function start(log: Log = silentLog): Promise<ControlPlane> {
  plane = await createControlPlane({
    home: join(home, 'data'),
    owner: 'serve',
    version: '0.0.0',
    log,
    openDriver: async () => createFakeDriver(fake),
    environment: { ...currentEnvironment(), platform: 'darwin', home, env: {} },
  });
  return plane;
}

const call: Call = async <M extends MethodName>(method: M, input: unknown) => {
  const output = await plane?.call(method, input, { user: 'me' });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just parsed by the method's own schema
  return contract[method].output.parse(output) as Awaited<ReturnType<typeof call<M>>>;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'micronova-full-'));
  home = join(folder, 'small');
  mkdirSync(home);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', home]);
  fake = new FakeHost();
});

afterEach(async () => {
  await plane?.close();
  plane = undefined;
  execFileSync('umount', [home]);
  rmSync(folder, { recursive: true });
});

/** A host that is connected, and an image. */
async function prepare(): Promise<void> {
  await call('host.add', { name: 'one', address: { kind: 'local', uri: 'qemu:///system' }, force: true });
  const image = join(folder, 'tiny.raw');
  const bootSector = Buffer.alloc(512);
  bootSector.set([0x55, 0xaa], 510);
  writeFileSync(image, bootSector);
  truncateSync(image, 64 * 1024);
  const { taskId } = await call('image.create', { name: 'tiny', file: image });
  await call('task.wait', { id: taskId });
}

describe('a full disk under the database', () => {
  it('refuses what would change something, keeps what there is and goes on once there is room', async () => {
    await start();
    await call('flavor.create', { name: 'before', vcpus: 1, ram: 128, disk: 0 });
    fill();
    const description = 'x'.repeat(60_000);
    const refused = { code: 'state.disk_full', remedy: expect.stringContaining('space') as string };
    for (let n = 0; n < 3; n++) {
      await expect(
        call('flavor.create', { name: `during${n}`, vcpus: 1, ram: 128, disk: 0, description }),
      ).rejects.toMatchObject(refused);
    }
    await expect(call('backup.create', {})).rejects.toMatchObject(refused);
    expect((await call('flavor.list', {})).map(({ name }) => name)).toContain('before');
    makeRoom();
    await call('flavor.create', { name: 'after', vcpus: 1, ram: 128, disk: 0 });
    await call('backup.create', {});
    await plane?.close();
    await start();
    const names = (await call('flavor.list', {})).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['before', 'after']));
    expect(names.filter((name) => name.startsWith('during'))).toEqual([]);
  });

  it('at start says so, and leaves the file as it was', async () => {
    await start();
    await call('project.create', { name: 'kept' });
    await plane?.close();
    fill();
    // A start that changes nothing may well succeed.
    const said = await start().then(
      () => 'open',
      (error: unknown) => isExpected(error, 'state.disk_full') && 'full',
    );
    expect(['open', 'full']).toContain(said);
    await plane?.close();
    makeRoom();
    await start();
    expect((await call('project.list', {})).map(({ name }) => name)).toEqual(['admin', 'kept']);
  });

  it('lets an import and a migration wait, whole, for room', async () => {
    await start();
    await call('project.create', { name: 'kept' });
    const other = join(folder, 'other.db');
    openDatabase(other, { log: silentLog }).close();
    fill();
    await expect(call('backup.import', { file: other })).rejects.toMatchObject({ code: 'state.disk_full' });
    makeRoom();
    await call('backup.import', { file: other });
    await plane?.close();
    fill();
    await expect(start()).rejects.toMatchObject({ code: 'state.disk_full' });
    makeRoom();
    await start();
    expect((await call('project.list', {})).map(({ name }) => name)).toEqual(['admin']);
    const file = databaseFile(join(home, 'data'));
    expect(existsSync(`${file}.import`)).toBe(false);
    expect(listBackups(file).filter(({ reason }) => reason === 'replaced')).toHaveLength(1);
  });

  it('in the middle of a build only puts it off', async () => {
    const brokeOff = Promise.withResolvers<unknown>();
    await start({
      ...silentLog,
      error: (what, words) => words === 'a task broke off' && brokeOff.resolve(what),
    });
    await prepare();
    const hang = fake.faults.hang('define');
    const [accepted] = await call('instance.create', { name: 'web', flavor: 'm1.nano', image: 'tiny' });
    await hang.reached;
    fill();
    hang.release();
    expect(await brokeOff.promise).toMatchObject({ err: { code: 'state.disk_full' } });
    makeRoom();
    const task = await call('task.wait', { id: accepted?.taskId ?? '' });
    expect(task).toMatchObject({ state: 'done', error: null });
    expect(await call('instance.show', { ref: 'web' })).toMatchObject({ status: 'ACTIVE' });
    expect(fake.domains.size).toBe(1);
  });
});
