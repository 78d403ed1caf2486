import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from './platform.ts';
import { parseJump, planRoute, type SshAddress } from './route.ts';
import { lookupSshConfig } from './ssh-config-file.ts';

let home: string;
let environment: Environment;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'micronova-config-'));
  await mkdir(join(home, '.ssh', 'conf.d'), { recursive: true });
  environment = { platform: 'linux', env: { KEYS: '/keys' }, home, username: 'me', uid: 1000, tmp: tmpdir() };
});

afterEach(() => rm(home, { recursive: true }));

async function config(text: string, file = 'config'): Promise<void> {
  await writeFile(join(home, '.ssh', file), text);
}

function address(over: Partial<SshAddress>): SshAddress {
  const base: SshAddress = {
    kind: 'ssh',
    address: 'nas',
    identityFiles: [],
    jumps: [],
    useAgent: true,
    uri: 'qemu:///system',
  };
  return { ...base, ...over };
}

describe('lookupSshConfig', () => {
  it('takes the first value, adds identity files up, and minds patterns and negation', async () => {
    await config(
      [
        'User early',
        'Host nas !other',
        '  HostName=10.0.0.5 # the big one',
        '  IdentityFile "~/my keys/one"',
        '  User late',
        'Host * !nas',
        '  Port 99',
        'Host n?s',
        '  IdentityFile ~/two',
        '  HostName 10.0.0.6',
      ].join('\r\n'),
    );
    const options = await lookupSshConfig('nas', undefined, environment);
    expect(options).toMatchObject({
      hostName: '10.0.0.5',
      user: 'early',
      identityFiles: ['~/my keys/one', '~/two'],
    });
    expect(options.port).toBeUndefined();
  });

  it('follows Include, relative and by pattern, within the block that it stands in', async () => {
    await config('Include conf.d/*.conf\nHost other\n  Include extra\nHost *\n  Port 7');
    await config('Host nas\n  User fromfile\n', 'conf.d/a.conf');
    await config('Host nas\n  User toolate\n  HostName nas.lan\n', 'conf.d/b.conf');
    await config('User wrong\nPort 1', 'extra');
    await expect(lookupSshConfig('nas', undefined, environment)).resolves.toMatchObject({
      user: 'fromfile',
      hostName: 'nas.lan',
      port: '7',
    });
    await expect(lookupSshConfig('other', undefined, environment)).resolves.toMatchObject({
      user: 'wrong',
      port: '1',
    });
  });

  it('judges Match by host, user and all, and never runs a command for it', async () => {
    const mark = join(home, 'ran');
    await config(
      `Match exec "touch ${mark}"\n  User evil\nMatch host nas,n2 user root\n  Port 5\nMatch !host nas\n  Port 6\nMatch all\n  HostName all.lan`,
    );
    await expect(lookupSshConfig('nas', 'root', environment)).resolves.toEqual({
      port: '5',
      hostName: 'all.lan',
      identityFiles: [],
    });
  });

  it('names file and line of what cannot be understood', async () => {
    await config('Host a\n  User "me\n');
    await expect(lookupSshConfig('a', undefined, environment)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining(`${join(home, '.ssh', 'config')}:2`),
    });
  });

  it('refuses a file that includes itself', async () => {
    await config('Include config');
    await expect(lookupSshConfig('a', undefined, environment)).rejects.toMatchObject({ code: 'bad_input' });
  });
});

describe('planRoute', () => {
  it('fills in what the address leaves out, and expands tokens', async () => {
    await config(
      'Host nas\n HostName %h.lan\n User admin\n Port 2222\n IdentityFile ~/%r@%h-%p\n IdentityFile ${KEYS}/%n\n IdentitiesOnly yes',
    );
    await expect(planRoute(address({}), environment)).resolves.toMatchObject([
      {
        host: 'nas.lan',
        port: 2222,
        user: 'admin',
        label: 'admin@nas:2222',
        identityFiles: [`${home}/admin@nas.lan-2222`, '/keys/nas'],
        identitiesOnly: true,
        isJump: false,
      },
    ]);
  });

  it('lets explicit values win', async () => {
    await config('Host nas\n User admin\n Port 2222\n IdentityFile ~/a\n ProxyJump gate');
    const route = await planRoute(
      address({ user: 'root', port: 23, identityFiles: ['~/mine'], jumps: ['op@[::1]:24'] }),
      environment,
    );
    expect(route).toMatchObject([
      { host: '::1', port: 24, user: 'op', isJump: true },
      { host: 'nas', port: 23, user: 'root', identityFiles: [`${home}/mine`] },
    ]);
  });

  it('goes through ProxyJump hosts, each with its own configuration', async () => {
    await config(
      'Host nas\n ProxyJump op@outer,inner:2200\nHost outer\n HostName outer.example\nHost inner\n User in\n ProxyJump ignored',
    );
    const route = await planRoute(address({}), environment);
    expect(route.map(({ label, host }) => `${label} ${host}`)).toEqual([
      'op@outer:22 outer.example',
      'in@inner:2200 inner',
      'me@nas:22 nas',
    ]);
  });

  it('leaves the zone of an address alone', async () => {
    const [hop] = await planRoute(address({ address: '[fe80::1%h0]' }), environment);
    expect(hop).toMatchObject({ host: 'fe80::1%h0', label: 'me@[fe80::1%h0]:22' });
  });

  it('stops where two jump hosts lead to each other', async () => {
    await config('Host nas\n ProxyJump gate\nHost gate\n ProxyJump nas');
    await expect(planRoute(address({}), environment)).rejects.toMatchObject({ code: 'bad_input' });
  });

  it('says that a ProxyCommand is not run', async () => {
    await config('Host nas\n ProxyCommand nc %h %p');
    await expect(planRoute(address({}), environment)).rejects.toMatchObject({ code: 'not_supported' });
    await expect(planRoute(address({ jumps: ['gate'] }), environment)).resolves.toHaveLength(2);
  });

  it('uses the agent that the configuration names, or none', async () => {
    await config(
      'Host a\n IdentityAgent none\nHost b\n IdentityAgent ~/agent.sock\nHost c\n IdentityAgent $KEYS',
    );
    const agents = await Promise.all(
      ['a', 'b', 'c', 'd'].map(
        async (name) => (await planRoute(address({ address: name }), environment))[0]?.agent,
      ),
    );
    expect(agents).toEqual([null, `${home}/agent.sock`, '/keys', null]);
  });
});

describe('parseJump', () => {
  it.each([
    ['gate', { host: 'gate' }],
    ['op@gate:2222', { host: 'gate', port: 2222, user: 'op' }],
    ['ssh://op@gate:22/', { host: 'gate', port: 22, user: 'op' }],
    ['[fe80::1%eth0]:24', { host: 'fe80::1%eth0', port: 24 }],
  ])('reads %s', (text, hop) => expect(parseJump(text)).toEqual(hop));

  it.each(['', 'a b', 'gate:0', 'gate:99999', 'op@', '::1', '-oProxyCommand=x y'])('refuses %j', (text) =>
    expect(() => parseJump(text)).toThrow(expect.objectContaining({ code: 'bad_input' })),
  );
});
