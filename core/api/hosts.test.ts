import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contract, type HostTest, type Input, type MethodName, type Output } from '../contract/index.ts';
import { createContext } from '../identity/context.ts';
import { enqueue } from '../queue/enqueue.ts';
import { transition } from '../state/instance-changes.ts';
import { listTasks, updateTask } from '../state/tasks.ts';
import { HostSecretsStore, type SecretNeed, type SecretStore } from '../transport/secrets.ts';
import { type Api, openApi } from '../../tests/fakes/api.ts';
import { type HostApiParts, hostHandlers } from './hosts.ts';

const GOOD: HostTest = { ok: true, steps: [], unknownHostKey: null, needs: null };
const KEY = `SHA256:${'a'.repeat(43)}`;
const UNKNOWN: HostTest = {
  ...GOOD,
  ok: false,
  unknownHostKey: { fingerprint: KEY, type: 'ssh-ed25519', address: 'nas' },
};
const NEED: SecretNeed = { kind: 'passphrase', user: 'root', address: 'root@nas:22', isJump: false };

let api: Api;
let answer: HostTest;
/** what was asked of the rooms below, in order */
let asked: string[];
let given: (string | undefined)[];
let store: SecretStore | null;
let secrets: HostSecretsStore;

beforeEach(() => {
  api = openApi();
  answer = GOOD;
  asked = [];
  given = [];
  store = null;
  secrets = new HostSecretsStore(store);
});
afterEach(() => api[Symbol.dispose]());

function parts(): HostApiParts {
  return {
    secrets,
    control: {
      connect: async (id) => void asked.push(`connect ${id}`),
      disconnect: async (id) => void asked.push(`disconnect ${id}`),
      markedGuests: () => [],
      foreignGuests: (id) => (asked.push(`foreign ${id ?? 'all'}`), []),
    },
    test: async (target, way) => {
      asked.push(`test ${target.address.kind === 'ssh' ? target.address.address : 'local'}`);
      given.push(way.acceptHostKey, (await way.secrets(NEED))?.passphrase);
      return answer;
    },
  };
}

type HostMethod = Extract<MethodName, `host.${string}`> | 'guest.list';

async function call<M extends HostMethod>(method: M, input: Input<M>): Promise<Output<M>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript cannot pair a handler with its own schema
  const handler = hostHandlers(api.database, parts())[method] as (...args: unknown[]) => unknown;
  const output = await handler(contract[method].input.parse(input), createContext({ user: 'me' }));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just parsed by the method's own schema
  return contract[method].output.parse(output) as Output<M>;
}

const nas = { kind: 'ssh', address: 'nas', user: 'root' } as const;

async function add(name = 'nas'): Promise<string> {
  const { host } = await call('host.add', { name, address: { ...nas, address: name } });
  return host?.id ?? '';
}

describe('host.add', () => {
  it('tests first, then stores, connects and answers with the host', async () => {
    const { host, test } = await call('host.add', { name: 'nas', address: nas });
    expect(test).toEqual(GOOD);
    expect(host).toMatchObject({ name: 'nas', pool: 'default', network: 'default', enabled: true });
    expect(asked).toEqual(['test nas', `connect ${host?.id}`]);
    expect(await call('host.list', {})).toEqual([host]);
  });

  it('stores nothing when the test fails, and hands the unknown key on', async () => {
    answer = UNKNOWN;
    const added = await call('host.add', { name: 'nas', address: nas });
    expect(added).toEqual({ host: null, test: UNKNOWN });
    expect(await call('host.list', {})).toEqual([]);
  });

  it('passes the accepted key and the secrets on to the test, and keeps the secrets for later', async () => {
    const secret = { passphrase: 'open sesame' };
    const { host } = await call('host.add', {
      name: 'nas',
      address: nas,
      acceptHostKey: KEY,
      secrets: secret,
    });
    expect(given).toEqual([KEY, 'open sesame']);
    await expect(secrets.providerFor(host?.id ?? '')(NEED)).resolves.toEqual(secret);
    expect(JSON.stringify(await call('host.list', {}))).not.toContain('sesame');
  });

  it('stores a host that does not answer when it is forced to', async () => {
    answer = { ...GOOD, ok: false };
    expect(await call('host.add', { name: 'nas', address: nas, force: true })).toMatchObject({
      host: { name: 'nas' },
    });
  });

  it('refuses a name that is taken and a host that is there, before it tests', async () => {
    await add();
    asked = [];
    await expect(
      call('host.add', { name: 'nas', address: { ...nas, address: 'other' } }),
    ).rejects.toMatchObject({
      code: 'name_taken',
      field: 'name',
    });
    await expect(
      call('host.add', { name: 'twin', address: { ...nas, address: 'NAS', port: 22 } }),
    ).rejects.toMatchObject({
      code: 'conflict',
      field: 'address',
    });
    expect(asked).toEqual([]);
  });

  it('refuses to remember a secret where there is no safe place, before it tests', async () => {
    const remembered = { passphrase: 'x', remember: true };
    await expect(call('host.add', { name: 'nas', address: nas, secrets: remembered })).rejects.toMatchObject({
      code: 'secrets.no_safe_storage',
    });
    expect(asked).toEqual([]);
  });
});

describe('host.test', () => {
  it('tries an address that is not stored', async () => {
    answer = UNKNOWN;
    expect(await call('host.test', { address: nas })).toEqual(UNKNOWN);
    expect(await call('host.list', {})).toEqual([]);
  });

  it('tries a stored host with what is held for it, or with what is given now', async () => {
    const id = await add();
    await secrets.keep(id, { passphrase: 'held', remember: false });
    given = [];
    await call('host.test', { ref: 'nas' });
    await call('host.test', { ref: 'nas', secrets: { passphrase: 'new' }, acceptHostKey: KEY });
    expect(given).toEqual([undefined, 'held', KEY, 'new']);
  });
});

describe('host.set', () => {
  it('renames, disables with a reason, and enables without one', async () => {
    await add();
    const disabled = { ref: 'nas', name: 'box', enabled: false, disabledReason: 'new disks' };
    expect(await call('host.set', disabled)).toMatchObject({
      name: 'box',
      enabled: false,
      disabledReason: 'new disks',
    });
    expect(await call('host.set', { ref: 'box', enabled: true })).toMatchObject({
      enabled: true,
      disabledReason: null,
    });
    await expect(call('host.set', { ref: 'box', disabledReason: 'why' })).rejects.toMatchObject({
      code: 'bad_input',
    });
  });

  it('sets ratios and reserved amounts, and makes the driver anew only where it must', async () => {
    const id = await add();
    asked = [];
    const figures = { cpuRatio: 8, reservedRam: 1024, diskRatio: 2 };
    expect(await call('host.set', { ref: 'nas', ...figures })).toMatchObject({
      vcpus: { ratio: 8 },
      ram: { reserved: 1024, ratio: 1 },
      disk: { ratio: 2 },
    });
    expect(asked).toEqual([]);
    expect(await call('host.set', { ref: 'nas', pool: 'fast' })).toMatchObject({ pool: 'fast' });
    expect(asked).toEqual([`connect ${id}`]);
  });

  it('refuses the name of another host, and a host that is not there', async () => {
    await add();
    await add('other');
    await expect(call('host.set', { ref: 'nas', name: 'other' })).rejects.toMatchObject({
      code: 'name_taken',
    });
    await expect(call('host.set', { ref: 'none' })).rejects.toMatchObject({
      code: 'host.not_found',
      field: 'ref',
    });
  });
});

describe('host.connect', () => {
  it('tries now, with a secret that was asked for', async () => {
    const id = await add();
    asked = [];
    await call('host.connect', { ref: 'nas', secrets: { passphrase: 'x' } });
    expect(asked).toEqual([`connect ${id}`]);
    await expect(secrets.providerFor(id)(NEED)).resolves.toEqual({ passphrase: 'x' });
  });
});

/** An instance that stands on the host, with nothing under way. */
async function build(hostId: string): Promise<string> {
  const image = api.addImage();
  await api.addFlavor();
  const made = await api.call('instance.create', { name: 'web', flavor: 'm1.tiny', image: image.id });
  const id = made[0]?.instance.id ?? '';
  api.database.write((tx) => {
    transition(tx, id, { set: { hostId, vmState: 'active', taskState: null } });
    for (const task of listTasks(tx)) updateTask(tx, task.id, { set: { state: 'done' } });
  });
  return id;
}

describe('host.remove', () => {
  it('forgets the host, its link and its secrets', async () => {
    const id = await add();
    await secrets.keep(id, { passphrase: 'x', remember: false });
    expect(await call('host.remove', { ref: 'nas' })).toEqual({ id });
    expect(asked.at(-1)).toBe(`disconnect ${id}`);
    expect(await call('host.list', {})).toEqual([]);
    await expect(secrets.providerFor(id)(NEED)).resolves.toBeUndefined();
    expect(api.events.at(-1)).toMatchObject({ type: 'deleted', resource: 'host', id });
  });

  it('is refused while instances are there, unless it is forced: then they are forgotten too', async () => {
    const hostId = await add();
    const id = await build(hostId);
    await expect(call('host.remove', { ref: 'nas' })).rejects.toMatchObject({
      code: 'host.in_use',
      message: expect.stringContaining('web'),
      details: { instanceIds: [id] },
    });
    await call('host.remove', { ref: 'nas', force: true });
    expect(await api.call('instance.list', {})).toEqual([]);
  });

  it('is refused while something runs there; what waits for the host ends with it', async () => {
    const hostId = await add();
    const instanceId = await build(hostId);
    const taskId = api.database.write((tx) =>
      enqueue(tx, {
        kind: 'instance.stop',
        input: { instanceId },
        subject: 'web',
        instanceId,
        hostId,
        requestId: 'req-1',
        cancellable: false,
        lane: `host:${hostId}`,
      }),
    );
    await expect(call('host.remove', { ref: 'nas' })).rejects.toMatchObject({
      details: { taskIds: [taskId] },
    });
    const run = (state: 'running' | 'queued') =>
      api.database.write((tx) => updateTask(tx, taskId, { set: { state } }));
    run('running');
    await expect(call('host.remove', { ref: 'nas', force: true })).rejects.toMatchObject({
      code: 'host.in_use',
    });
    run('queued');
    await call('host.remove', { ref: 'nas', force: true });
    expect(await api.call('task.show', { id: taskId })).toMatchObject({
      state: 'cancelled',
      error: { code: 'host.not_found' },
    });
  });
});

describe('guest.list', () => {
  it('asks for one host or for all', async () => {
    const id = await add();
    await call('guest.list', { host: 'nas' });
    await call('guest.list', {});
    expect(asked.slice(-2)).toEqual([`foreign ${id}`, 'foreign all']);
  });
});
