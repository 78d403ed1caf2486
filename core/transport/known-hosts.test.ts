import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkHostKey,
  fingerprint,
  knownKeyTypes,
  keyType,
  matchesPatternList,
  parseKnownHosts,
} from './known-hosts.ts';

function key(type: string, seed: string): Buffer {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.from(seed.padEnd(32, '.'))]);
}

const ED = key('ssh-ed25519', 'one');
const ED2 = key('ssh-ed25519', 'two');
const RSA = key('ssh-rsa', 'three');
const text = (name: string, blob: Buffer): string => `${name} ${keyType(blob)} ${blob.toString('base64')}`;

function hashed(name: string): string {
  const salt = Buffer.from('0123456789abcdefghij');
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

function check(lines: string[], host: string, port: number, blob: Buffer): string {
  return checkHostKey(parseKnownHosts(lines.join('\n'), 'f'), host, port, blob).result;
}

describe('parseKnownHosts', () => {
  it('reads markers, comments, tabs and CRLF, and counts lines from 1', () => {
    const lines = parseKnownHosts(
      `# a comment\r\n\r\n  ${text('a,b', ED)}   me@here\r\n@revoked\t${text('c', RSA)}\r\n@odd ${text('d', ED)}`,
      '/f',
    );
    expect(lines.map(({ line, marker, hosts, type, file }) => ({ line, marker, hosts, type, file }))).toEqual(
      [
        { line: 3, marker: null, hosts: 'a,b', type: 'ssh-ed25519', file: '/f' },
        { line: 4, marker: 'revoked', hosts: 'c', type: 'ssh-rsa', file: '/f' },
      ],
    );
  });

  it('skips a line whose key is cut, of another type than it says, or missing', () => {
    const good = text('h', ED);
    const bad = [
      'h ssh-ed25519',
      'h',
      'h ssh-ed25519 !!!!',
      `h ssh-rsa ${ED.toString('base64')}`,
      'h ssh-ed25519 AAAA',
    ];
    expect(parseKnownHosts([...bad, good].join('\n'), 'f').map(({ line }) => line)).toEqual([6]);
  });

  it('never throws, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (noise) => {
        for (const line of parseKnownHosts(noise, 'f')) expect(line.key.length).toBeGreaterThan(4);
      }),
    );
  });
});

describe('checkHostKey', () => {
  it('knows a host by name, hashed name, pattern and port', () => {
    expect(check([text('nas', ED)], 'NAS', 22, ED)).toBe('known');
    expect(check([text(hashed('nas'), ED)], 'nas', 22, ED)).toBe('known');
    expect(check([text('*.lan,!bad.lan', ED)], 'nas.lan', 22, ED)).toBe('known');
    expect(check([text('[nas]:2222', ED)], 'nas', 2222, ED)).toBe('known');
    expect(check([text(hashed('[nas]:2222'), ED)], 'nas', 2222, ED)).toBe('known');
  });

  it('leaves a negated name unknown', () => {
    expect(check([text('*.lan,!bad.lan', ED)], 'bad.lan', 22, ED)).toBe('unknown');
  });

  it('takes another key of any type for a change', () => {
    expect(check([text('nas', ED)], 'nas', 22, ED2)).toBe('changed');
    expect(check([text('nas', RSA)], 'nas', 22, ED)).toBe('changed');
  });

  it('is content with one of several keys', () => {
    expect(check([text('nas', ED2), text('nas', RSA), text('nas', ED)], 'nas', 22, ED)).toBe('known');
  });

  it('refuses a revoked key even where it is known', () => {
    expect(check([text('nas', ED), `@revoked ${text('*', ED)}`], 'nas', 22, ED)).toBe('revoked');
    expect(check([text('nas', ED), `@revoked ${text('*', ED2)}`], 'nas', 22, ED)).toBe('known');
  });

  it('does not trust a certificate authority line, and says that it is there', () => {
    const lines = parseKnownHosts(`@cert-authority ${text('nas', ED)}`, 'f');
    expect(checkHostKey(lines, 'nas', 22, ED)).toMatchObject({ result: 'unknown', authority: { line: 1 } });
  });

  it('recognises a host on another port by its bare name, but does not accuse it', () => {
    expect(check([text('nas', ED)], 'nas', 2222, ED)).toBe('known');
    expect(check([text('nas', ED2)], 'nas', 2222, ED)).toBe('unknown');
    expect(check([text('[nas]:2222', ED)], 'nas', 22, ED)).toBe('unknown');
  });
});

describe('knownKeyTypes', () => {
  it('tells the types of plain lines only', () => {
    const lines = parseKnownHosts([text('nas', RSA), `@revoked ${text('nas', ED)}`].join('\n'), 'f');
    expect(knownKeyTypes(lines, 'nas', 22)).toEqual(['ssh-rsa']);
    expect(knownKeyTypes(lines, 'nas', 2200)).toEqual(['ssh-rsa']);
    expect(knownKeyTypes(lines, 'other', 22)).toEqual([]);
  });
});

describe('patterns', () => {
  it('takes ? for exactly one character and other signs for themselves', () => {
    expect(matchesPatternList(['n?s'], 'nas')).toBe(true);
    expect(matchesPatternList(['n?s'], 'ns')).toBe(false);
    expect(matchesPatternList(['10.0.0.*'], '10x0.0.1')).toBe(false);
    expect(matchesPatternList(['[nas]:*'], '[nas]:2222')).toBe(true);
  });
});

describe('fingerprint', () => {
  it('is what ssh-keygen -l prints', () => {
    const blob = 'AAAAC3NzaC1lZDI1NTE5AAAAIBTLhRMTZJqiMHUD46AaB11B2b2F1MHKfcZSkAIHGUF6';
    expect(fingerprint(Buffer.from(blob, 'base64'))).toBe(
      'SHA256:Y/Ktkze+si9A8CPdUeobPJOaEV17BLfK8tbIhLGHo0A',
    );
  });
});
