import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { Desk, Traces } from './control-plane.ts';

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
const passphrase = randomUUID();
const userData = `#!/bin/sh\n# ${randomUUID()}\n`;
let desk: Desk;
let traces: Traces;
/** what must be found nowhere, by what it is */
const canaries = new Map<string, string>();

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
});

afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});

/** The command line of every process, those in the hosts too. */
async function commandLines(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''));
  return (await Promise.all(lines)).join('\n');
}

/** Every file of the data folder but the images, as one text. */
async function dataFolder(): Promise<Map<string, string>> {
  const entries = await readdir(join(desk.folder, 'data'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.img'));
  const texts = files.map(async ({ parentPath, name }) => {
    return [name, await readFile(join(parentPath, name), 'latin1')] as const;
  });
  return new Map(await Promise.all(texts));
}

function expectNowhere(text: string, where: string): void {
  for (const [what, secret] of canaries) {
    expect.soft(text.includes(secret), `${what} in ${where}`).toBe(false);
    const encoded = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1);
    expect.soft(text.includes(encoded), `${what}, encoded, in ${where}`).toBe(false);
  }
}

async function addByPassword(): Promise<void> {
  const acceptHostKey = await h1.fingerprint();
  const address = { ...desk.address(h1, 'operator'), identityFiles: [] };
  const wrong = `wrong-${randomUUID()}`;
  canaries.set('a wrong password', wrong).set('the password', lab.password);
  const refused = await desk.call('host.add', {
    name: 'h1',
    address,
    acceptHostKey,
    secrets: { password: wrong },
  });
  expect(refused.test.ok).toBe(false);
  const added = await desk.call('host.add', {
    name: 'h1',
    address,
    acceptHostKey,
    secrets: { password: lab.password },
  });
  expect(added.test.ok).toBe(true);
}

async function addByLockedKey(): Promise<void> {
  const locked = await desk.file('locked', await readFile(lab.key));
  await run(['ssh-keygen', '-q', '-p', '-P', '', '-N', passphrase, '-f', locked]);
  canaries.set('the passphrase', passphrase);
  const address = { ...desk.address(h2), identityFiles: [locked] };
  const acceptHostKey = await h2.fingerprint();
  await desk.call('host.add', { name: 'h2', address, acceptHostKey, secrets: { passphrase } });
  await desk.connected('h2');
}

it('connects with a password and with a passphrase, which are kept in memory', async () => {
  await addByPassword();
  await addByLockedKey();
  await desk.connected('h1');
  // A lost link is made again with them, and nobody is asked.
  await Promise.all([h1.closeLink(), h2.closeLink()]);
  for (const name of ['h1', 'h2']) {
    const lost = (event: (typeof desk.events)[number]): boolean =>
      event.type === 'host.changed' && event.value.name === name && event.value.connectionError !== null;
    const again = await desk.host(
      name,
      ({ connection }) => connection === 'connected' && desk.events.some(lost),
    );
    expect(again.connectionError).toBeNull();
  }
});

it('writes no secret down, neither into files nor on a command line', async () => {
  const { privateKey } = await desk.call('keypair.create', { name: 'me' });
  const body = (privateKey ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('-'));
  expect(body.length).toBeGreaterThan(2);
  // The first line of the body holds the public half and the names of ciphers; the secret begins in the second.
  for (const line of body.slice(1)) canaries.set(`a line of the private key (${line.length})`, line);
  await expect(desk.call('keypair.create', { name: 'x', publicKey: privateKey ?? '' })).rejects.toMatchObject(
    {
      code: 'keypair.private_key_pasted',
    },
  );

  await desk.addImage('tiny', ['h1']);
  const { id, taskId } = await desk.create({
    name: 'web',
    host: 'h1',
    keyName: 'me',
    userData: Buffer.from(userData).toString('base64'),
  });
  await desk.done(taskId);
  const { stream, password } = await desk.openConsole(id, 'vnc');
  expect(password).toHaveLength(8);
  canaries.set('the password of the display', password ?? '');
  const { xml } = await desk.call('instance.xml', { ref: id });
  expectNowhere(xml, 'the domain XML');
  expectNowhere(JSON.stringify(desk.events), 'the events');
  canaries.set('the user data', userData.split('\n')[1] ?? '');
  expectNowhere(await commandLines(), 'a command line');
  stream.destroy();

  await desk.close();
  const files = await dataFolder();
  expect([...files.keys()]).toEqual(expect.arrayContaining(['micronova.db', 'micronova.log', 'known_hosts']));
  expect(files.get('micronova.db')).toContain('m1.nano');
  expectNowhere(files.get('micronova.log') ?? '', 'the log');
  // An instance's user data is the one that the state file has to keep.
  canaries.delete('the user data');
  for (const [name, text] of files) expectNowhere(text, name);
});

it('lets nobody else read what it keeps', async () => {
  const modes = await run(['find', join(desk.folder, 'data'), '-printf', '%m %y %P\n']);
  const open = modes.stdout.split('\n').filter((line) => line !== '' && !/^[0-7]00 /.test(line));
  expect(open).toEqual([]);
});

it('asks for secrets again after a restart', async () => {
  await desk.start();
  for (const [name, needs] of [
    ['h1', 'transport.auth_failed'],
    ['h2', 'transport.passphrase_needed'],
  ] as const) {
    const host = await desk.host(name, ({ connection }) => connection === 'attention');
    expect(host.connectionError).toMatchObject({ code: needs });
  }
  await desk.call('host.connect', { ref: 'h1', secrets: { password: lab.password } });
  await desk.call('host.connect', { ref: 'h2', secrets: { passphrase } });
  await desk.connected('h1');
  await desk.connected('h2');
});
