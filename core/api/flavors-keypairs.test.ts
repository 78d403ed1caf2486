import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from '../../tests/fakes/api.ts';
import { generateKeyPair } from '../identity/ssh-keys.ts';

let api: Api;
beforeEach(() => {
  api = openApi();
});
afterEach(() => api[Symbol.dispose]());

const refused = (code: string, field?: string) =>
  expect.objectContaining({ code, remedy: expect.any(String), ...(field !== undefined && { field }) });

const good = { name: 'm1', vcpus: 1, ram: 512, disk: 1 };

describe('the router', () => {
  it('knows only the methods of the contract', async () => {
    await expect(api.raw('flavor.explode', {})).rejects.toEqual(
      expect.objectContaining({ code: 'not_supported' }),
    );
    await expect(api.raw('toString', {})).rejects.toEqual(expect.objectContaining({ code: 'not_supported' }));
  });

  it('turns a bug into an internal error that can be found in the log', async () => {
    api.database.close();
    await expect(api.raw('flavor.list', {})).rejects.toEqual(
      expect.objectContaining({ code: 'internal', requestId: expect.stringMatching(/^req-/) }),
    );
  });
});

describe('bad input of a flavor', () => {
  it.each([
    ['no name', { ...good, name: undefined }, 'name'],
    ['an empty name', { ...good, name: '' }, 'name'],
    ['a name that is too long', { ...good, name: 'x'.repeat(256) }, 'name'],
    ['a name with a line break', { ...good, name: 'a\nb' }, 'name'],
    ['a name with a NUL', { ...good, name: 'a\0b' }, 'name'],
    ['0 vCPUs', { ...good, vcpus: 0 }, 'vcpus'],
    ['half a vCPU', { ...good, vcpus: 0.5 }, 'vcpus'],
    ['a vCPU count in words', { ...good, vcpus: 'two' }, 'vcpus'],
    ['no RAM', { ...good, ram: 0 }, 'ram'],
    ['a negative disk', { ...good, disk: -1 }, 'disk'],
    ['a bad extra spec', { ...good, extraSpecs: { 'a/b': '1' } }, 'extraSpecs.a/b'],
    ['an unknown field', { ...good, colour: 'red' }, 'colour'],
    ['an id with a slash', { ...good, id: 'a/b' }, 'id'],
  ])('%s is refused, by name', async (_, input, field) => {
    await expect(api.raw('flavor.create', input)).rejects.toEqual(refused('bad_input', field));
    expect(await api.call('flavor.list', {})).toEqual([]);
  });

  it('is told without repeating what was given', async () => {
    const failure: unknown = await api.raw('flavor.create', 'hunter2').catch((error: unknown) => error);
    expect(JSON.stringify(failure) + String(failure)).not.toContain('hunter2');
  });
});

describe('flavors', () => {
  it('are made, found by name and id, changed and deleted', async () => {
    const flavor = await api.call('flavor.create', { ...good, id: '1', extraSpecs: { a: '1', b: '2' } });
    expect(await api.call('flavor.show', { ref: 'm1' })).toEqual(flavor);
    const set = { ref: '1', description: 'small', extraSpecs: { c: '3' }, unsetExtraSpecs: ['a'] };
    expect(await api.call('flavor.set', set)).toMatchObject({
      description: 'small',
      extraSpecs: { b: '2', c: '3' },
    });
    expect(await api.call('flavor.delete', { ref: 'm1' })).toEqual({ id: '1' });
    await expect(api.call('flavor.delete', { ref: 'm1' })).rejects.toEqual(
      refused('flavor.not_found', 'ref'),
    );
  });

  it('have a name and an id of their own', async () => {
    await api.call('flavor.create', { ...good, id: '1' });
    await expect(api.call('flavor.create', good)).rejects.toEqual(refused('name_taken', 'name'));
    await expect(api.call('flavor.create', { ...good, name: 'm2', id: '1' })).rejects.toEqual(
      refused('name_taken', 'id'),
    );
    expect((await api.call('flavor.create', { ...good, name: 'm2', id: 'auto' })).id).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  it('are themselves by id even where another has that as its name', async () => {
    await api.call('flavor.create', { ...good, id: 'x', name: 'y' });
    await api.call('flavor.create', { ...good, id: 'z', name: 'x' });
    expect(await api.call('flavor.show', { ref: 'x' })).toMatchObject({ name: 'y' });
  });
});

describe('key pairs', () => {
  it('are generated, and the private half is kept nowhere', async () => {
    const { keypair, privateKey } = await api.call('keypair.create', { name: 'me' });
    expect(privateKey).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/);
    expect(await api.call('keypair.show', { ref: 'me' })).toEqual(keypair);
    const secret = privateKey?.split('\n')[3] ?? '';
    expect(secret.length).toBeGreaterThan(20);
    expect(JSON.stringify([api.events, await api.call('keypair.list', {})])).not.toContain(secret);
    await api.call('keypair.delete', { ref: keypair.id });
    expect(await api.call('keypair.list', {})).toEqual([]);
  });

  it('are imported, once under each name', async () => {
    const { key } = generateKeyPair('me');
    const input = { name: 'me', publicKey: `${key.publicKey}\n` };
    expect(await api.call('keypair.create', input)).toMatchObject({ keypair: key, privateKey: null });
    await expect(api.call('keypair.create', input)).rejects.toEqual(refused('name_taken', 'name'));
  });

  it.each([
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n', 'keypair.private_key_pasted'],
    ['garbage', 'garbage', 'keypair.bad_key'],
    ['a book', 'x'.repeat(20_000), 'keypair.bad_key'],
  ])('are refused when given %s', async (_, publicKey, code) => {
    await expect(api.call('keypair.create', { name: 'me', publicKey })).rejects.toEqual(
      refused(code, 'publicKey'),
    );
    expect(await api.call('keypair.list', {})).toEqual([]);
  });

  it('are discovered in ~/.ssh, the best first, and what is no key is passed over', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'micronova-ssh-'));
    try {
      const names = ['a.pub', 'id_ed25519.pub'];
      for (const name of names) writeFileSync(join(folder, name), generateKeyPair(name).key.publicKey);
      writeFileSync(join(folder, 'broken.pub'), 'no key');
      writeFileSync(join(folder, 'id_ed25519'), 'secret');
      using other = openApi({ sshFolder: folder });
      const found = await other.call('keypair.discover', {});
      expect(found.map(({ path }) => path)).toEqual([join(folder, 'id_ed25519.pub'), join(folder, 'a.pub')]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    expect(await api.call('keypair.discover', {})).toEqual([]);
  });

  it('have a quota', async () => {
    const { key } = generateKeyPair('me');
    for (let i = 0; i < 100; i++)
      await api.call('keypair.create', { name: `k${i}`, publicKey: key.publicKey });
    await expect(api.call('keypair.create', { name: 'one more', publicKey: key.publicKey })).rejects.toEqual(
      refused('quota_exceeded'),
    );
  });
});
