import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPrivateKey, publicHalf } from './private-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'micronova-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PASSPHRASE = 'correct horse';
const never = (): Promise<string> => Promise.reject(new Error('asked for a passphrase'));
const answer = (text: string | undefined) => (): Promise<string | undefined> => Promise.resolve(text);

function keygen(name: string, type: string, passphrase: string, format: string): string {
  const file = join(folder, name);
  const args = ['-q', '-t', type, '-N', passphrase, '-m', format, '-f', file];
  execFileSync('ssh-keygen', [...args, ...(type === 'rsa' ? ['-b', '2048'] : [])]);
  return file;
}

function pkcs8(name: string, type: 'ed25519' | 'rsa' | 'ec', passphrase?: string): string {
  const file = join(folder, name);
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  const locked = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem', ...locked }));
  return file;
}

const PLAIN: [string, () => string][] = [
  ['OpenSSH ed25519', () => keygen('o-ed', 'ed25519', '', 'RFC4716')],
  ['OpenSSH ecdsa', () => keygen('o-ec', 'ecdsa', '', 'RFC4716')],
  ['OpenSSH rsa', () => keygen('o-rsa', 'rsa', '', 'RFC4716')],
  ['PEM rsa', () => keygen('p-rsa', 'rsa', '', 'PEM')],
  ['PEM ecdsa', () => keygen('p-ec', 'ecdsa', '', 'PEM')],
  ['PKCS8 ed25519', () => pkcs8('8-ed', 'ed25519')],
  ['PKCS8 ecdsa', () => pkcs8('8-ec', 'ec')],
  ['PKCS8 rsa', () => pkcs8('8-rsa', 'rsa')],
];

const LOCKED: [string, () => string][] = [
  ['OpenSSH ed25519', () => keygen('lo-ed', 'ed25519', PASSPHRASE, 'RFC4716')],
  ['PEM rsa', () => keygen('lp-rsa', 'rsa', PASSPHRASE, 'PEM')],
  ['PEM ecdsa', () => keygen('lp-ec', 'ecdsa', PASSPHRASE, 'PEM')],
  ['PKCS8 ed25519', () => pkcs8('l8-ed', 'ed25519', PASSPHRASE)],
  ['PKCS8 rsa', () => pkcs8('l8-rsa', 'rsa', PASSPHRASE)],
];

describe('loadPrivateKey', () => {
  it.each(PLAIN)('reads %s without asking', async (_name, make) => {
    const key = await loadPrivateKey(make(), never);
    expect(key.isPrivateKey()).toBe(true);
    const data = Buffer.from('data');
    const hash = key.type === 'ssh-rsa' ? 'sha512' : undefined;
    expect(key.verify(data, key.sign(data, hash), hash)).toBe(true);
  });

  it.each(LOCKED)(
    'opens %s with its passphrase, and tells a missing from a wrong one',
    async (_name, make) => {
      const file = make();
      await expect(loadPrivateKey(file, answer(PASSPHRASE))).resolves.toHaveProperty('type');
      await expect(loadPrivateKey(file, answer(undefined))).rejects.toMatchObject({
        code: 'transport.passphrase_needed',
        details: { keyFile: file, needs: 'passphrase' },
      });
      await expect(loadPrivateKey(file, answer('wrong'))).rejects.toMatchObject({
        code: 'transport.passphrase_wrong',
      });
    },
  );

  it('never signs with SHA-1', async () => {
    const key = await loadPrivateKey(keygen('sha1', 'rsa', '', 'RFC4716'), never);
    expect(key.sign('data', 'sha1')).toBeInstanceOf(Error);
    expect(key.sign('data')).toBeInstanceOf(Error);
    expect(key.sign('data', 'sha256')).toBeInstanceOf(Buffer);
  });

  it('tells what is wrong with a file that is no private key', async () => {
    const file = keygen('pub', 'ed25519', '', 'RFC4716');
    await expect(loadPrivateKey(`${file}.pub`, never)).rejects.toThrow(/public key/);
    await expect(loadPrivateKey(join(folder, 'none'), never)).rejects.toThrow(/does not exist/);
    const text = join(folder, 'text');
    writeFileSync(text, 'hello');
    await expect(loadPrivateKey(text, never)).rejects.toMatchObject({ code: 'transport.key_unreadable' });
  });
});

describe('publicHalf', () => {
  it('is found beside a locked key, or in an open one', async () => {
    const locked = keygen('half', 'ed25519', PASSPHRASE, 'RFC4716');
    const open = await loadPrivateKey(locked, answer(PASSPHRASE));
    await expect(publicHalf(locked)).resolves.toEqual(open.getPublicSSH());
    rmSync(`${locked}.pub`);
    await expect(publicHalf(locked)).resolves.toBeNull();
    await expect(publicHalf(join(folder, 'none'))).resolves.toBeNull();
  });
});
