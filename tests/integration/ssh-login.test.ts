import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Link } from '../../core/transport/dialer.ts';
import { openLibvirtSocket } from '../../core/transport/libvirt-socket.ts';
import { secretsProvider } from '../../core/transport/secrets.ts';
import { HostAddress } from '../../core/contract/index.ts';
import { Lab } from '../lab/lab.ts';
import { run, until } from '../lab/run.ts';
import { portOf, SshDaemon, SshWorld } from './ssh-daemon.ts';

const PASSWORD = 'Tr0ub4dor&3';

let world: SshWorld;
let daemon: SshDaemon;

beforeAll(async () => {
  world = await SshWorld.create();
  daemon = await SshDaemon.start(world);
  (await world.dialTrusting({ port: daemon.port })).close();
});

afterAll(() => world.end());

/** Bytes go both ways over a channel, and the link ends when it is told to. */
async function works(link: Link): Promise<boolean> {
  const socket = await link.openTcp('127.0.0.1', daemon.port);
  const [hello]: unknown[] = await once(socket, 'data');
  socket.destroy();
  link.close();
  return String(hello).startsWith('SSH-2.0-') && (await link.closed) === null;
}

function withAgent(path: string): Record<string, unknown> {
  Object.assign(world.environment.env, { SSH_AUTH_SOCK: path });
  return { port: daemon.port, identityFiles: [] };
}

async function serve(judge: (context: AuthContext) => void): Promise<number> {
  const hostKey = await readFile(join(world.folder, `host-${daemon.port}-ed25519`));
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client: Connection) => {
    client.on('authentication', judge).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  world.onEnd(() => void server.close());
  return portOf(server);
}

function withoutKeys(port: number): Record<string, unknown> {
  return { port, identityFiles: [], useAgent: false };
}

describe('key files', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('logs in with an %s key', async (type) => {
    const file = await world.keygen(`plain-${type}`, type);
    await world.authorize('id', `plain-${type}`);
    await expect(works(await world.dial({ port: daemon.port, identityFiles: [file] }))).resolves.toBe(true);
  });

  it('opens a locked key with its passphrase, and says what is wrong without', async () => {
    const file = await world.keygen('locked', 'ed25519', 'open sesame');
    await world.authorize('id', 'locked');
    const address = { port: daemon.port, identityFiles: [file] };
    await expect(world.dial(address)).rejects.toMatchObject({
      code: 'transport.passphrase_needed',
      details: { keyFile: file, needs: 'passphrase' },
    });
    const wrong = secretsProvider({ passphrase: 'open barley' });
    await expect(world.dial(address, { secrets: wrong })).rejects.toMatchObject({
      code: 'transport.passphrase_wrong',
    });
    const right = secretsProvider({ passphrase: 'open sesame' });
    await expect(works(await world.dial(address, { secrets: right }))).resolves.toBe(true);
  });

  it('goes on to the next key where one is locked or missing', async () => {
    const locked = await world.keygen('locked2', 'ed25519', 'secret');
    const identityFiles = [locked, join(world.folder, 'nothing'), world.key];
    await expect(works(await world.dial({ port: daemon.port, identityFiles }))).resolves.toBe(true);
  });

  it('names the wrong key, what the server takes, and the remedy', async () => {
    const file = await world.keygen('stranger', 'ed25519');
    await expect(world.dial({ port: daemon.port, identityFiles: [file] })).rejects.toMatchObject({
      code: 'transport.auth_failed',
      message: expect.stringContaining(file),
      remedy: expect.stringContaining(`ssh-copy-id -p ${daemon.port} root@127.0.0.1`),
      details: { takes: ['publickey'] },
    });
  });

  it('names a key file that is not there', async () => {
    const file = join(world.folder, 'nothing');
    await expect(world.dial({ port: daemon.port, identityFiles: [file] })).rejects.toMatchObject({
      code: 'transport.key_unreadable',
      message: expect.stringContaining(file),
    });
  });

  it('refuses a wrong user as OpenSSH does: without telling whether there is one', async () => {
    await expect(world.dial({ port: daemon.port, user: 'nobody-here' })).rejects.toMatchObject({
      code: 'transport.auth_failed',
      message: expect.stringContaining('nobody-here@127.0.0.1'),
    });
  });

  it('makes no SHA-1 signature for a server that wants one', async () => {
    const old = await SshDaemon.start(world, ['PubkeyAcceptedAlgorithms ssh-rsa']);
    const file = await world.keygen('rsa-old', 'rsa');
    await world.authorize('id', 'rsa-old');
    const dialled = world.dialTrusting({ port: old.port, identityFiles: [file] });
    await expect(dialled).rejects.toMatchObject({ code: 'transport.auth_failed' });
  });
});

describe('~/.ssh/config', () => {
  it('is honoured: Host, HostName, User, Port, IdentityFile', async () => {
    await world.write(
      'config',
      `Host nas\n HostName 127.0.0.1\n User root\n Port ${daemon.port}\n IdentityFile ${world.key}\n`,
    );
    await expect(
      works(await world.dial({ address: 'nas', user: undefined, identityFiles: [] })),
    ).resolves.toBe(true);
    await world.write('config', '');
  });
});

describe('the SSH agent', () => {
  let agent: ChildProcess;
  let socket: string;

  const add = (file: string): Promise<unknown> =>
    run(['ssh-add', '-q', file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });

  beforeAll(async () => {
    socket = join(world.folder, 'agent.sock');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await until('ssh-agent', () =>
      run(['test', '-S', socket]).then(
        () => true,
        () => undefined,
      ),
    );
  });

  afterAll(async () => {
    agent.kill();
    await once(agent, 'exit');
  });

  it('logs in with a key that is in no file, past others that the server does not want', async () => {
    for (const name of ['agent-1', 'agent-2', 'agent-3']) await add(await world.keygen(name, 'ed25519'));
    await add(await world.keygen('agent-rsa', 'rsa'));
    await world.authorize('agent-rsa');
    await expect(works(await world.dial(withAgent(socket)))).resolves.toBe(true);
  });

  it('offers the key that the address names before the others, so that the server does not tire', async () => {
    for (const name of ['more-1', 'more-2', 'more-3', 'more-4'])
      await add(await world.keygen(name, 'ed25519'));
    const wanted = await world.keygen('wanted', 'ed25519', 'locked in the file');
    const opened = await world.keygen('wanted-open', 'ed25519');
    await add(opened);
    await writeFile(`${wanted}.pub`, await world.publicKey('wanted-open'));
    await world.authorize('wanted-open');
    await expect(works(await world.dial({ ...withAgent(socket), identityFiles: [wanted] }))).resolves.toBe(
      true,
    );
  });

  it('is left out where it is not to be used', async () => {
    await world.authorize('agent-rsa');
    const dialled = world.dial({ ...withAgent(socket), useAgent: false });
    await expect(dialled).rejects.toMatchObject({ code: 'transport.auth_failed' });
  });

  it('does not stop the login when it is gone', async () => {
    await world.authorize('id');
    const address = { ...withAgent(join(world.folder, 'gone.sock')), identityFiles: [world.key] };
    await expect(works(await world.dial(address))).resolves.toBe(true);
  });
});

describe('passwords', () => {
  const byPassword = (context: AuthContext): void => {
    if (context.method === 'password' && context.password === PASSWORD) context.accept();
    else context.reject(['password']);
  };

  const byKeyboard =
    (...prompts: { prompt: string; echo: boolean }[]) =>
    (context: AuthContext): void => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      context.prompt(prompts, (answers) => {
        if (answers[0] === PASSWORD) context.accept();
        else context.reject(['keyboard-interactive']);
      });
    };

  const given = secretsProvider({ password: PASSWORD });

  it('logs in by password', async () => {
    const link = await world.dialTrusting(withoutKeys(await serve(byPassword)), { secrets: given });
    expect(link.user).toBe('root');
  });

  it('logs in by keyboard-interactive', async () => {
    const port = await serve(byKeyboard({ prompt: 'Password: ', echo: false }));
    expect(await world.dialTrusting(withoutKeys(port), { secrets: given })).toHaveProperty('user', 'root');
  });

  it('says that a password is needed, that it is wrong, and never shows it', async () => {
    const port = await serve(byPassword);
    await expect(world.dialTrusting(withoutKeys(port))).rejects.toMatchObject({
      code: 'transport.auth_failed',
      details: { needs: 'password', takes: ['password'] },
    });
    const wrong = secretsProvider({ password: 'not that one' });
    const error: unknown = await world
      .dial(withoutKeys(port), { secrets: wrong })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'transport.auth_failed', details: { needs: 'password' } });
    expect(inspect(error, { depth: 9 })).not.toContain('not that one');
  });

  it('says which question it could not answer', async () => {
    const code = { prompt: 'Verification code: ', echo: true };
    const port = await serve(byKeyboard(code));
    await expect(world.dialTrusting(withoutKeys(port), { secrets: given })).rejects.toMatchObject({
      code: 'transport.auth_failed',
      message: expect.stringContaining('Verification code:'),
    });
  });

  it('logs in where key and password are both wanted', async () => {
    let keyShown = false;
    const port = await serve((context) => {
      if (context.method === 'publickey') {
        keyShown = true;
        if (context.signature === undefined) context.accept();
        else context.reject(['password'], true);
      } else if (keyShown && context.method === 'password' && context.password === PASSWORD) context.accept();
      else context.reject(['publickey']);
    });
    expect(await world.dialTrusting({ port }, { secrets: given })).toHaveProperty('user', 'root');
  });
});

describe('accounts of a libvirt host', () => {
  const lab = Lab.attach(inject('lab'));
  const host = lab.host(1);

  async function dial(
    user: string,
    secrets = secretsProvider(undefined),
  ): Promise<{ link: Link; address: HostAddress }> {
    const wanted = { port: host.port, user, identityFiles: [lab.key], useAgent: false };
    const link = await world.dialTrusting(wanted, { secrets });
    return { link, address: HostAddress.parse({ kind: 'ssh', address: '127.0.0.1', ...wanted }) };
  }

  it.each(['root', 'operator', 'stream'])('opens libvirt as %s', async (user) => {
    const { link, address } = await dial(user);
    const { path, stream } = await openLibvirtSocket(link, address);
    expect(path).toBe('/run/libvirt/libvirt-sock');
    stream.destroy();
    link.close();
  });

  it('logs in by password through PAM', async () => {
    const wanted = { port: host.port, user: 'operator', identityFiles: [], useAgent: false };
    const link = await world.dialTrusting(wanted, {
      secrets: secretsProvider({ password: lab.info.password }),
    });
    expect(link.user).toBe('operator');
  });

  it('tells an account without the right to the socket to join group libvirt', async () => {
    const { link, address } = await dial('outsider');
    await expect(openLibvirtSocket(link, address)).rejects.toMatchObject({
      code: 'transport.socket_forbidden',
      remedy: expect.stringContaining('usermod -aG libvirt outsider'),
    });
    link.close();
  });

  it('tells that forwarding is off, and how to switch it on', async () => {
    const { link, address } = await dial('noforward');
    await expect(openLibvirtSocket(link, address)).rejects.toMatchObject({
      code: 'transport.forwarding_disabled',
      remedy: expect.stringContaining('AllowStreamLocalForwarding local"'),
    });
    link.close();
  });

  it('tells that libvirt is not there', async () => {
    const { link, address } = await dial('root');
    await host.stopLibvirtd();
    try {
      await expect(openLibvirtSocket(link, address)).rejects.toMatchObject({
        code: 'transport.socket_missing',
        remedy: expect.stringContaining('apt install libvirt-daemon-system'),
      });
    } finally {
      await host.startLibvirtd();
      link.close();
    }
  });
});
