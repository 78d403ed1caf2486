import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeDriver } from './compute/fake/fake-driver.ts';
import { FakeHost } from './compute/fake/fake-host.ts';
import { type Call, contract, type ContractEvent, type MethodName } from './contract/index.ts';
import { type ControlPlane, createControlPlane } from './control-plane.ts';
import { currentEnvironment } from './transport/platform.ts';

let home: string;
let guestImage: string;
let fake: FakeHost;
let plane: ControlPlane;
const running: ControlPlane[] = [];

async function start(): Promise<ControlPlane> {
  plane = await createControlPlane({
    home: join(home, 'data'),
    owner: 'serve',
    version: '0.0.0',
    guestImage,
    openDriver: async () => createFakeDriver(fake),
    environment: {
      ...currentEnvironment(),
      platform: 'linux',
      home,
      env: { XDG_RUNTIME_DIR: join(home, 'run') },
    },
  });
  running.push(plane);
  return plane;
}

const call: Call = async <M extends MethodName>(method: M, input: unknown) => {
  const output = await plane.call(method, input, { user: 'me' });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just parsed by the method's own schema
  return contract[method].output.parse(output) as Awaited<ReturnType<typeof call<M>>>;
};

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'micronova-plane-'));
  guestImage = join(home, 'tiny.raw');
  const bootSector = Buffer.alloc(512);
  bootSector.set([0x55, 0xaa], 510);
  writeFileSync(guestImage, bootSector);
  truncateSync(guestImage, 1024 * 1024);
  mkdirSync(join(home, 'run', 'libvirt'), { recursive: true });
  writeFileSync(join(home, 'run', 'libvirt', 'libvirt-sock'), '');
  fake = new FakeHost();
  await start();
});

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
  rmSync(home, { recursive: true, force: true });
});

/** Until the first start has what Launch needs. */
async function ready() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = async () => {
    const hosts = await call('host.list', {});
    const images = await call('image.list', {});
    if (hosts[0]?.connection === 'connected' && images[0]?.status === 'active') resolve();
  };
  using subscription = plane.subscribe(() => void look());
  await look();
  await promise;
  return subscription;
}

async function done(taskId: string) {
  const task = await call('task.wait', { id: taskId });
  expect(task).toMatchObject({ state: 'done', error: null });
}

async function launch(name: string): Promise<string> {
  const [accepted] = await call('instance.create', { name, flavor: 'm1.nano', image: 'tiny' });
  if (accepted === undefined) throw new Error('nothing was accepted');
  await done(accepted.taskId);
  return accepted.instance.id;
}

it('takes a guest from its first start to its end', async () => {
  await ready();
  const events: ContractEvent[] = [];
  plane.subscribe((event) => events.push(event));
  const id = await launch('web');
  expect(await call('instance.show', { ref: 'web' })).toMatchObject({
    vmState: 'active',
    taskState: null,
    powerState: 'RUNNING',
    hostName: 'This computer',
    addresses: [{ version: 4 }],
  });
  expect(await call('host.show', { ref: 'This computer' })).toMatchObject({ guests: 1, ram: { used: 128 } });
  expect((await call('instance.decision', { ref: 'web' }))?.hosts).toMatchObject([{ accepted: true }]);

  await done((await call('instance.stop', { ref: id })).taskId);
  expect(await call('instance.show', { ref: 'web' })).toMatchObject({
    status: 'SHUTOFF',
    powerState: 'SHUTDOWN',
  });
  await done((await call('instance.start', { ref: id })).taskId);
  expect(await call('instance.show', { ref: 'web' })).toMatchObject({ status: 'ACTIVE' });
  await done((await call('instance.reboot', { ref: id, type: 'hard' })).taskId);
  expect((await call('instance.consoleLog', { ref: 'web' })).text).toContain('boot 3');

  const actions = await call('instance.actions', { ref: 'web' });
  expect(actions.map(({ action, result }) => [action, result])).toEqual([
    ['reboot', 'success'],
    ['start', 'success'],
    ['stop', 'success'],
    ['create', 'success'],
  ]);
  expect(actions.at(-1)?.events.every(({ result }) => result === 'success')).toBe(true);

  await done((await call('instance.delete', { ref: id })).taskId);
  await plane.idle();
  expect(await call('instance.list', {})).toEqual([]);
  expect(fake.leftovers()).toEqual([]);
  expect(await call('host.show', { ref: 'This computer' })).toMatchObject({ guests: 0, ram: { used: 0 } });
  const revisions = events.flatMap((event) =>
    event.type === 'instance.changed'
      ? [event.value.revision]
      : event.type === 'deleted'
        ? [event.revision]
        : [],
  );
  expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
  // The figures of hosts and the records of actions are told once a transaction, last.
  const last = events.findLast(({ type }) => type !== 'host.changed' && type !== 'instance.action');
  expect(last).toMatchObject({ type: 'task.changed', value: { state: 'done' } });
});

it('hands out the pipe of a console', async () => {
  await ready();
  await launch('web');
  const { ticket } = await call('console.open', { ref: 'web', type: 'serial' });
  const pipe = await plane.redeemConsole(ticket);
  pipe.write('hello');
  let heard = '';
  for await (const chunk of pipe) {
    heard += String(chunk);
    if (heard.includes('hello')) break;
  }
  await expect(plane.redeemConsole(ticket)).rejects.toMatchObject({ code: 'instance.no_console' });
});

it('goes on after a quit in mid-create', async () => {
  await ready();
  const hang = fake.faults.hang('start');
  const [accepted] = await call('instance.create', { name: 'web', flavor: 'm1.nano', image: 'tiny' });
  await hang.reached;
  await plane.close();
  hang.release();
  await start();
  await done(accepted?.taskId ?? '');
  expect(await call('instance.show', { ref: 'web' })).toMatchObject({ status: 'ACTIVE' });
  expect(fake.domains.size).toBe(1);
});

it('deletes what is still being built, and leaves nothing', async () => {
  await ready();
  const hang = fake.faults.hang('define');
  const [accepted] = await call('instance.create', { name: 'web', flavor: 'm1.nano', image: 'tiny' });
  await hang.reached;
  const deletions = await Promise.all([
    call('instance.delete', { ref: 'web' }),
    call('instance.delete', { ref: 'web' }),
  ]);
  hang.release();
  expect(deletions[0].taskId).toBe(deletions[1].taskId);
  await done(deletions[0].taskId);
  expect(await call('task.show', { id: accepted?.taskId ?? '' })).toMatchObject({ state: 'cancelled' });
  expect(await call('instance.list', {})).toEqual([]);
  expect(fake.leftovers()).toEqual([]);
});

it('owns its data folder alone, and lets it go', async () => {
  const first = plane;
  await expect(start()).rejects.toMatchObject({ code: 'state.in_use' });
  await first.close();
  await first.close();
  await expect(first.call('flavor.list', {}, { user: 'me' })).rejects.toMatchObject({ code: 'cancelled' });
  await start();
  expect(await call('flavor.list', {})).toHaveLength(6);
  expect(await call('system.status', {})).toMatchObject({ owner: 'serve', version: '0.0.0', notices: [] });
});

it('copies its database, exports it, and takes one in at the next start', async () => {
  expect(await call('backup.list', {})).toMatchObject([{ reason: 'daily' }]);
  await call('project.create', { name: 'kept' });
  const file = join(home, 'copy.db');
  expect(await call('backup.export', { file })).toMatchObject({ file, reason: 'manual' });
  await expect(call('backup.export', { file })).rejects.toMatchObject({ code: 'bad_input', field: 'file' });
  await call('project.delete', { ref: 'kept' });
  expect(await call('backup.import', { file })).toEqual({ instances: 0, hosts: 1 });
  const names = async () => (await call('project.list', {})).map(({ name }) => name);
  expect(await names()).toEqual(['admin']);
  const waiting = expect.stringContaining('micronova.db.import') as string;
  expect(await call('system.status', {})).toMatchObject({ notices: [waiting] });
  await plane.close();
  await start();
  expect(await names()).toEqual(['admin', 'kept']);
  expect((await call('backup.list', {})).map(({ reason }) => reason)).toEqual(['replaced', 'daily']);
  expect(await call('system.status', {})).toMatchObject({ notices: [] });
});

it('keeps no secret in any file', async () => {
  await ready();
  const { privateKey } = await call('keypair.create', { name: 'me' });
  await expect(call('keypair.create', { name: 'wrong', publicKey: privateKey ?? '' })).rejects.toMatchObject({
    code: 'keypair.private_key_pasted',
  });
  const secrets = { password: 'canary-password', passphrase: 'canary-passphrase' };
  const address = { kind: 'ssh', address: '127.0.0.1', port: 1 } as const;
  await call('host.test', { address, secrets });
  await call('host.add', { name: 'two', address, secrets, force: true });
  await expect(plane.call('host.add', { secrets: 'canary-typo' }, { user: 'me' })).rejects.toThrow('name');
  await plane.close();
  const files = readdirSync(join(home, 'data'), { recursive: true, withFileTypes: true }).filter((f) =>
    f.isFile(),
  );
  const all = files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')).join('\n');
  expect(all).toContain('m1.nano');
  expect(all).not.toContain('canary');
  const lines = privateKey?.split('\n').slice(1, 4) ?? [];
  expect(lines.filter((line) => all.includes(line))).toEqual([]);
});
