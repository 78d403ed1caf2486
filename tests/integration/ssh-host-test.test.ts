import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { HostAddress, HostTest } from '../../core/contract/index.ts';
import { testHost } from '../../core/inventory/host-test.ts';
import { secretsProvider } from '../../core/transport/secrets.ts';
import { Lab } from '../lab/lab.ts';
import { SshDaemon, SshWorld } from './ssh-daemon.ts';

const lab = Lab.attach(inject('lab'));
const host = lab.host(1);
let world: SshWorld;
beforeAll(async () => {
  world = await SshWorld.create();
});
afterAll(() => world.end());

type Way = { acceptHostKey?: string; secrets?: ReturnType<typeof secretsProvider> };

async function test(address: object, way: Way = {}, chosen: object = {}): Promise<HostTest> {
  const { knownHosts, environment } = world;
  const full = HostAddress.parse({
    kind: 'ssh',
    address: '127.0.0.1',
    user: 'root',
    useAgent: false,
    ...address,
  });
  return HostTest.parse(await testHost({ address: full, ...chosen }, { knownHosts, environment, ...way }));
}

function results({ steps }: HostTest): Record<string, string> {
  return Object.fromEntries(steps.map(({ step, result }) => [step, result]));
}

function failure({ steps }: HostTest): string | undefined {
  const failed = steps.find(({ result }) => result === 'failed');
  return failed && `${failed.step} ${failed.error?.code ?? ''}`;
}

describe('the connection test', () => {
  const good = { port: host.port, identityFiles: [lab.key] };

  it('asks about the unknown key first, and then goes the whole way', async () => {
    const first = await test(good);
    expect(failure(first)).toBe('host-key transport.host_key_unknown');
    expect(first.unknownHostKey).toEqual({
      fingerprint: await host.fingerprint(),
      type: 'ssh-ed25519',
      address: `[127.0.0.1]:${host.port}`,
    });
    const second = await test(good, { acceptHostKey: await host.fingerprint() });
    expect(results(second)).toEqual({
      resolve: 'ok',
      connect: 'ok',
      'host-key': 'ok',
      login: 'ok',
      socket: 'ok',
      libvirt: 'ok',
      virtualization: expect.stringMatching(/^(ok|warning)$/),
      storage: 'ok',
      network: 'ok',
    });
    expect(second.ok).toBe(true);
    const detail = Object.fromEntries(second.steps.map((step) => [step.step, step.detail]));
    expect(detail['libvirt']).toMatch(/^libvirt \d+\.\d+\.\d+ \(QEMU\) on h1/);
    expect(detail['virtualization']).toMatch(
      /^Emulation. The host offers KVM, but|^Emulation. The host offers no KVM|^KVM$/,
    );
  });

  it('changes nothing on the host', async () => {
    const before = await host.inventory();
    await test(good);
    expect(await host.inventory()).toEqual(before);
  });

  it.each(['operator', 'stream'])('goes the whole way as %s', async (user) => {
    expect(await test({ ...good, user })).toMatchObject({ ok: true });
  });

  it.each([
    ['resolve transport.resolve_failed', { address: 'no-such-host.invalid' }],
    ['connect transport.refused', { port: 1 }],
    ['login transport.auth_failed', { user: 'nobody-here' }],
    ['login transport.key_unreadable', { identityFiles: ['/nonexistent/key'] }],
    ['socket transport.socket_forbidden', { user: 'outsider' }],
    ['socket transport.forwarding_disabled', { user: 'noforward' }],
    ['connect transport.jump_failed', { jumps: ['root@127.0.0.1:1'] }],
    ['resolve bad_input', { jumps: ['a b'] }],
  ])('stops at %s, with a remedy', async (expected, over) => {
    const result = await test({ ...good, ...over });
    expect(failure(result)).toContain(expected);
    const step = result.steps.find((each) => each.result === 'failed');
    expect(step?.detail).not.toBe('');
    expect(step?.remedy).toEqual(expect.any(String));
  });

  it('says that a passphrase or a password is needed', async () => {
    const locked = await world.keygen('locked', 'ed25519', 'secret');
    expect(await test({ ...good, identityFiles: [locked] })).toMatchObject({
      ok: false,
      needs: 'passphrase',
    });
    const noKeys = { ...good, user: 'operator', identityFiles: [] };
    expect(await test(noKeys)).toMatchObject({ ok: false, needs: 'password' });
    const secrets = secretsProvider({ password: lab.password });
    expect(await test(noKeys, { secrets })).toMatchObject({ ok: true, needs: null });
  });

  it('says that something else than libvirt is at the socket', async () => {
    expect(failure(await test({ ...good, socket: '/run/libvirt/virtlogd-sock' }))).toMatch(
      /^libvirt libvirt\./,
    );
  });

  it('says that libvirt is not there', async () => {
    await host.stopLibvirtd();
    try {
      expect(failure(await test(good))).toBe('socket transport.socket_missing');
    } finally {
      await host.startLibvirtd();
    }
  });

  it('says when the chosen pool or network is not there, and still looks at the other', async () => {
    const result = await test(good, {}, { pool: 'nope', network: 'nope' });
    expect(results(result)).toMatchObject({
      virtualization: expect.stringMatching(/^(ok|warning)$/),
      storage: 'failed',
      network: 'failed',
    });
    expect(failure(result)).toBe('storage host.pool_missing');
  });

  it('refuses a changed key', async () => {
    const impostor = await SshDaemon.start(world);
    const other = await world.publicKey(`host-${impostor.port}-ed25519`);
    const fingerprint = await host.fingerprint();
    await world.write('known_hosts', `[localhost]:${host.port} ${other}\n`);
    const result = await test({ ...good, address: 'localhost' }, { acceptHostKey: fingerprint });
    expect(failure(result)).toBe('host-key transport.host_key_changed');
    expect(result.unknownHostKey).toBeNull();
  });
});
