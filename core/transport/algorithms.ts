import { getCiphers } from 'node:crypto';
import type { Algorithms, CipherAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';

import type { ServerOffer } from './server-hello.ts';

const CHACHA20: CipherAlgorithm = 'chacha20-poly1305@openssh.com';

// GCM first: quickest, authenticated as a whole, and always there (Electron's crypto lacks chacha20).
const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes256-ctr',
  ...(getCiphers().includes('chacha20') ? [CHACHA20] : []),
];

const HOST_KEYS: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

function keyTypeOf(algorithm: ServerHostKeyAlgorithm): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}

/** What is offered to a server: nothing with SHA-1, no CBC; host keys of the types that are known for it first. */
export function algorithmsFor(knownTypes: readonly string[]) {
  const rank = (algorithm: ServerHostKeyAlgorithm): number =>
    knownTypes.includes(keyTypeOf(algorithm)) ? 0 : 1;
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group14-sha256',
    ],
    serverHostKey: HOST_KEYS.toSorted((a, b) => rank(a) - rank(b)),
    cipher: [...CIPHERS],
    hmac: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
    ],
    compress: ['none'],
  } satisfies Algorithms;
}

export interface Negotiated {
  readonly kex: string;
  readonly cs: { readonly cipher: string; readonly mac: string };
  readonly sc: { readonly cipher: string; readonly mac: string };
}

/**
 * Without strict key exchange the first messages can be cut away unseen where the cipher is chacha20-poly1305 or the MAC is
 * encrypt-then-MAC (CVE-2023-48795, "Terrapin"); GCM and encrypt-and-MAC are not touched by it.
 * @returns what makes the connection unsafe, or null
 */
export function terrapinRisk(negotiated: Negotiated, offer: ServerOffer | null): string | null {
  if (offer?.kex.includes('kex-strict-s-v00@openssh.com')) return null;
  for (const { cipher, mac } of [negotiated.cs, negotiated.sc]) {
    if (cipher === CHACHA20) return cipher;
    if (mac.endsWith('-etm@openssh.com')) return mac;
  }
  return null;
}
