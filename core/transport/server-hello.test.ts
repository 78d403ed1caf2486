import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorithmsFor, type Negotiated, terrapinRisk } from './algorithms.ts';
import { ServerHello } from './server-hello.ts';

function packet(lists: string[]): Buffer {
  const fields = lists.map((list) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(list.length);
    return Buffer.concat([length, Buffer.from(list)]);
  });
  const payload = Buffer.concat([Buffer.from([20]), Buffer.alloc(16, 7), ...fields]);
  const head = Buffer.alloc(5);
  const padding = Buffer.alloc(6);
  head.writeUInt32BE(1 + payload.length + padding.length);
  head[4] = padding.length;
  return Buffer.concat([head, payload, padding]);
}

const KEX = packet([
  'kexA,kex-strict-s-v00@openssh.com',
  'ssh-ed25519',
  'c1',
  'c2',
  'm1',
  'm2',
  'none',
  'none',
]);
const HELLO = Buffer.concat([Buffer.from('Welcome\r\nSSH-2.0-Test_1 x\r\n'), KEX]);

describe('ServerHello', () => {
  it('reads identification and offer, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => {
        const hello = new ServerHello();
        for (let at = 0; at < HELLO.length; at += size) hello.push(HELLO.subarray(at, at + size));
        expect(hello.identification).toBe('SSH-2.0-Test_1 x');
        expect(hello.offer).toEqual({
          kex: ['kexA', 'kex-strict-s-v00@openssh.com'],
          hostKeys: ['ssh-ed25519'],
          ciphers: ['c2'],
          macs: ['m2'],
        });
      }),
    );
  });

  it('shows the first line of what is no SSH server without its control characters', () => {
    const hello = new ServerHello();
    hello.push(Buffer.from('220 \u001b[31mmail\r\nmore'));
    expect(hello.identification).toBeNull();
    expect(hello.firstLine).toBe('220 [31mmail');
  });

  it('survives mutated bytes', () => {
    const bytes = fc.array(fc.tuple(fc.nat(HELLO.length - 1), fc.integer({ min: 0, max: 255 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(bytes, (mutations) => {
        const mutated = Buffer.from(HELLO);
        for (const [at, byte] of mutations) mutated[at] = byte;
        expect(() => new ServerHello().push(mutated)).not.toThrow();
      }),
    );
  });
});

function risk(cs: Negotiated['cs'], sc: Negotiated['sc'], kex: string[]): string | null {
  return terrapinRisk({ kex: 'k', cs, sc }, { kex, hostKeys: [], ciphers: [], macs: [] });
}

describe('terrapinRisk', () => {
  const gcm = { cipher: 'aes128-gcm@openssh.com', mac: '' };
  const etm = { cipher: 'aes128-ctr', mac: 'hmac-sha2-256-etm@openssh.com' };
  const plain = { cipher: 'aes128-ctr', mac: 'hmac-sha2-256' };
  const chacha = { cipher: 'chacha20-poly1305@openssh.com', mac: '' };

  it('is none with strict key exchange', () => {
    expect(risk(chacha, etm, ['kex-strict-s-v00@openssh.com'])).toBeNull();
  });

  it('is chacha20 or an encrypt-then-MAC in either direction without', () => {
    expect(risk(gcm, gcm, [])).toBeNull();
    expect(risk(plain, gcm, [])).toBeNull();
    expect(risk(gcm, etm, [])).toBe(etm.mac);
    expect(risk(chacha, gcm, [])).toBe(chacha.cipher);
    expect(terrapinRisk({ kex: 'k', cs: etm, sc: gcm }, null)).toBe(etm.mac);
  });
});

describe('algorithmsFor', () => {
  it('asks for the host key types that are known first', () => {
    expect(algorithmsFor(['ssh-rsa']).serverHostKey.slice(0, 3)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
    ]);
  });

  it('offers nothing that rests on SHA-1, and GCM first', () => {
    const all = algorithmsFor([]);
    expect(JSON.stringify(all)).not.toMatch(/sha1|"ssh-rsa"|cbc/);
    expect(all.cipher.at(0)).toBe('aes128-gcm@openssh.com');
  });
});
