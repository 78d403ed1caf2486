import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isExpected } from '../domain/errors.ts';
import { generateKeyPair, parsePublicKey } from './ssh-keys.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'micronova-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function keygen(...args: string[]): string {
  return execFileSync('ssh-keygen', args, { encoding: 'utf8', cwd: folder });
}

function makeKey(name: string, ...args: string[]): string {
  keygen('-q', '-N', '', '-C', `${name} of me`, '-f', name, ...args);
  return readFileSync(join(folder, `${name}.pub`), 'utf8');
}

function failureOf(text: string): unknown {
  try {
    parsePublicKey(text);
    return undefined;
  } catch (error) {
    return error;
  }
}

const bad = (code: string) =>
  expect.objectContaining({ code, field: 'publicKey', remedy: expect.any(String) });

describe('a public key', () => {
  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['ecdsa256', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa384', ['-t', 'ecdsa', '-b', '384']],
    ['ecdsa521', ['-t', 'ecdsa', '-b', '521']],
  ])('%s has the fingerprints that ssh-keygen prints', (name, args) => {
    const text = makeKey(name, ...args);
    const key = parsePublicKey(text);
    expect(key.publicKey).toBe(text.trim());
    expect(keygen('-l', '-E', 'sha256', '-f', `${name}.pub`)).toContain(` ${key.fingerprint} `);
    expect(keygen('-l', '-E', 'md5', '-f', `${name}.pub`)).toContain(` MD5:${key.fingerprintMd5} `);
  });

  it('may lie on a security token', () => {
    const text =
      'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fAAAABHNzaDo= token';
    expect(parsePublicKey(text).publicKey).toBe(text);
  });

  it('is refused when it is a private one, and not repeated', () => {
    makeKey('secret', '-t', 'ed25519');
    const text = readFileSync(join(folder, 'secret'), 'utf8');
    const secret = text.split('\n')[2] ?? '';
    const error = failureOf(text);
    expect(error).toEqual(bad('keypair.private_key_pasted'));
    expect(JSON.stringify(error) + String(error)).not.toContain(secret);
  });

  it('is refused when it is weak', () => {
    expect(() => parsePublicKey(makeKey('weak', '-t', 'rsa', '-b', '1024'))).toThrow(/1024 bits/);
    expect(() => parsePublicKey('ssh-dss AAAAB3NzaC1kc3MAAACB')).toThrow(/DSA/);
  });

  it.each([
    ['nothing', ''],
    ['words', 'hello there'],
    ['a bad base64', 'ssh-ed25519 ****'],
    ['a cut one', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMFUcVb'],
    ['another type inside', 'ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIMFUcVb+wIV5p77U0KA/fUtomkbf5PyXlX4TSGTejiBJ'],
    ['two lines', 'ssh-ed25519 AAAA\nssh-ed25519 AAAA'],
    ['options before it', 'command="x" ssh-ed25519 AAAA'],
    ['PEM', '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----'],
    ['a certificate', 'ssh-ed25519-cert-v01@openssh.com AAAA'],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parsePublicKey(text)).toThrow(bad('keypair.bad_key'));
  });

  it('never fails in another way, whatever it is', () => {
    const blob = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    const type = fc.constantFrom('ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'x');
    fc.assert(
      fc.property(type, blob, (name, base64) => {
        const error = failureOf(`${name} ${base64}`);
        expect(error === undefined || isExpected(error, 'keypair.bad_key')).toBe(true);
      }),
    );
  });
});

it('makes pairs whose private half ssh-keygen reads', () => {
  const { key, privateKey } = generateKeyPair('me');
  writeFileSync(join(folder, 'made'), privateKey, { mode: 0o600 });
  expect(keygen('-y', '-f', 'made').trim()).toBe(key.publicKey);
  expect(key.publicKey).toMatch(/^ssh-ed25519 \S+ me$/);
});
