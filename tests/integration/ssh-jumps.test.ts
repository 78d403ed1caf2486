import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isExpected } from '../../core/domain/errors.ts';
import type { DialReport } from '../../core/transport/dial-options.ts';
import { secretsProvider } from '../../core/transport/secrets.ts';
import { until } from '../lab/run.ts';
import { SshDaemon, SshWorld } from './ssh-daemon.ts';

let world: SshWorld;
let gate: SshDaemon;
let inner: SshDaemon;
let target: SshDaemon;

beforeAll(async () => {
  world = await SshWorld.create();
  gate = await SshDaemon.start(world);
  inner = await SshDaemon.start(world);
  target = await SshDaemon.start(world);
});

afterAll(() => world.end());

function jump(...through: SshDaemon[]): Record<string, unknown> {
  return { port: target.port, jumps: through.map(({ port }) => `root@127.0.0.1:${port}`) };
}

describe('jump hosts', () => {
  it('each shows its own key, which has to be accepted on its own', async () => {
    const asked: unknown[] = [];
    let acceptHostKey: string | undefined;
    for (let turn = 0; turn < 2; turn += 1) {
      const error: unknown = await world
        .dial(jump(gate), { acceptHostKey })
        .catch((thrown: unknown) => thrown);
      if (!isExpected(error, 'transport.host_key_unknown')) throw error;
      asked.push(error.details?.['address']);
      acceptHostKey = String(error.details?.['fingerprint']);
    }
    expect(asked).toEqual([`[127.0.0.1]:${gate.port}`, `[127.0.0.1]:${target.port}`]);
    const link = await world.dial(jump(gate), { acceptHostKey });
    link.close();
  });

  it('lead to the host one after the other, and tell their steps', async () => {
    (await world.dialTrusting(jump(gate, inner))).close();
    const reports: DialReport[] = [];
    const link = await world.dial(jump(gate, inner), { onStep: (report) => reports.push(report) });
    expect(reports.filter(({ step }) => step === 'login').map(({ jump: name }) => name)).toEqual([
      `root@127.0.0.1:${gate.port}`,
      `root@127.0.0.1:${inner.port}`,
      null,
    ]);
    const stream = await link.openTcp('127.0.0.1', gate.port);
    const [hello]: unknown[] = await once(stream, 'data');
    expect(String(hello)).toMatch(/^SSH-2.0-/);
    link.close();
    await expect(link.closed).resolves.toBeNull();
  });

  it('come from ~/.ssh/config as well', async () => {
    const hosts = [
      ['gate', gate],
      ['nas', target],
    ] as const;
    const blocks = hosts.map(
      ([name, { port }]) =>
        `Host ${name}\n HostName 127.0.0.1\n User root\n Port ${port}\n IdentityFile ${world.key}\n`,
    );
    await world.write('config', `Host nas\n ProxyJump gate\n${blocks.join('')}`);
    const link = await world.dialTrusting({ address: 'nas', user: undefined, identityFiles: [] });
    expect(link.user).toBe('root');
    await world.write('config', '');
  });

  it('that cannot be passed are named, with the reason', async () => {
    const address = { port: target.port, jumps: ['root@127.0.0.1:1'] };
    await expect(world.dial(address)).rejects.toMatchObject({
      code: 'transport.jump_failed',
      message: expect.stringContaining('root@127.0.0.1:1'),
      details: { code: 'transport.refused' },
    });
  });

  it('say so when the host behind them does not answer', async () => {
    await expect(world.dialTrusting({ ...jump(gate), port: 1 })).rejects.toMatchObject({
      code: 'transport.refused',
      message: expect.stringContaining(`as seen from root@127.0.0.1:${gate.port}`),
    });
  });

  it('that may not forward are found out', async () => {
    const closed = await SshDaemon.start(world, ['AllowTcpForwarding no']);
    await expect(world.dialTrusting(jump(closed))).rejects.toMatchObject({
      code: 'transport.forwarding_disabled',
      remedy: expect.stringContaining('AllowTcpForwarding'),
    });
    await closed.stop();
  });

  it("are never sent the host's password", async () => {
    const needs: boolean[] = [];
    const given = secretsProvider({ password: 'secret' });
    const closed = await SshDaemon.start(world, ['PasswordAuthentication yes', 'AuthorizedKeysFile none']);
    const dialled = world.dialTrusting(jump(closed), {
      secrets: (need) => {
        needs.push(need.isJump);
        return given(need);
      },
    });
    await expect(dialled).rejects.toMatchObject({
      code: 'transport.jump_failed',
      remedy: expect.stringContaining("never sent the host's password"),
    });
    expect(needs).toEqual([true]);
    await closed.stop();
  });

  it('are let go when the host behind them is gone', async () => {
    const mortal = await SshDaemon.start(world);
    const link = await world.dialTrusting({ ...jump(gate), port: mortal.port }, { linkTimeout: 1000 });
    const before = await gate.connections();
    await mortal.kill();
    await expect(link.closed).resolves.toMatchObject({ code: 'transport.closed' });
    await until('the jump host is let go', async () =>
      (await gate.connections()) < before ? true : undefined,
    );
  });

  it('take the link with them when they go', async () => {
    const mortal = await SshDaemon.start(world);
    const link = await world.dialTrusting(jump(mortal), { linkTimeout: 1000 });
    const stream = await link.openTcp('127.0.0.1', gate.port);
    stream.on('error', () => undefined);
    await mortal.kill();
    await expect(link.closed).resolves.toMatchObject({ code: 'transport.closed' });
  });
});
