import { createHash, generateKeyPairSync } from 'node:crypto';
import sshpk from 'sshpk';
import { ExpectedError } from '../domain/errors.ts';

export interface PublicKey {
  /** one line: type, base64, and the comment if there is one */
  readonly publicKey: string;
  /** `SHA256:…`, as ssh-keygen prints it */
  readonly fingerprint: string;
  /** colon-separated hex, as Nova prints it */
  readonly fingerprintMd5: string;
}

const PRIVATE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|PuTTY-User-Key-File/;
const CONTROL = /\p{Cc}/u;
const LEAST_RSA_BITS = 2048;

function badKey(
  message: string,
  remedy = 'Paste the one line of a .pub file, e.g. of ~/.ssh/id_ed25519.pub.',
) {
  return new ExpectedError('keypair.bad_key', message, { field: 'publicKey', remedy });
}

/** The length-prefixed strings of a key's blob. RFC 4253 section 6.6 */
function readFields(blob: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) throw badKey('The public key is cut short.');
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) throw badKey('The public key is cut short.');
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function checkRsa(fields: readonly Buffer[]): void {
  const modulus = fields[1]?.toString('hex').replace(/^0+/, '') ?? '';
  const bits = modulus === '' ? 0 : BigInt(`0x${modulus}`).toString(2).length;
  if (bits >= LEAST_RSA_BITS) return;
  throw badKey(
    `The RSA key has ${bits} bits; at least ${LEAST_RSA_BITS} are needed.`,
    'Make a stronger key: ssh-keygen -t ed25519',
  );
}

function checkLength(field: Buffer | undefined, length: number): void {
  if (field?.length !== length) throw badKey('The public key is damaged: a part of it has the wrong length.');
}

function checkPoint(fields: readonly Buffer[], curve: string, length: number): void {
  checkLength(fields[1], length);
  if (fields[0]?.toString('latin1') !== curve || fields[1]?.[0] !== 4) {
    throw badKey('The public key is damaged: its point is not on the curve that it names.');
  }
}

interface KeyType {
  /** fields after the type's name */
  readonly fields: number;
  readonly check: (fields: readonly Buffer[]) => void;
}

// RFC 8332, RFC 8709, RFC 5656, and PROTOCOL.u2f of OpenSSH for the keys on security tokens.
const KEY_TYPES: ReadonlyMap<string, KeyType> = new Map([
  ['ssh-rsa', { fields: 2, check: checkRsa }],
  ['ssh-ed25519', { fields: 1, check: (fields) => checkLength(fields[0], 32) }],
  ['ecdsa-sha2-nistp256', { fields: 2, check: (fields) => checkPoint(fields, 'nistp256', 65) }],
  ['ecdsa-sha2-nistp384', { fields: 2, check: (fields) => checkPoint(fields, 'nistp384', 97) }],
  ['ecdsa-sha2-nistp521', { fields: 2, check: (fields) => checkPoint(fields, 'nistp521', 133) }],
  ['sk-ssh-ed25519@openssh.com', { fields: 2, check: (fields) => checkLength(fields[0], 32) }],
  [
    'sk-ecdsa-sha2-nistp256@openssh.com',
    { fields: 3, check: (fields) => checkPoint(fields, 'nistp256', 65) },
  ],
]);

function typeOf(name: string): KeyType {
  const type = KEY_TYPES.get(name);
  if (type !== undefined) return type;
  if (name === 'ssh-dss') {
    throw badKey(
      'DSA keys are too weak and no longer accepted by SSH servers.',
      'Make a new key: ssh-keygen -t ed25519',
    );
  }
  if (name.includes('-cert-v0')) throw badKey('This is a certificate, not a public key.');
  throw badKey('This is no OpenSSH public key.');
}

function checkBlob(name: string, blob: Buffer): void {
  const type = typeOf(name);
  const [inner, ...fields] = readFields(blob);
  if (inner?.toString('latin1') !== name)
    throw badKey('The public key is damaged: it does not hold the type it names.');
  if (fields.length !== type.fields)
    throw badKey('The public key is damaged: it has too few or too many parts.');
  type.check(fields);
}

function refuseOtherFormats(text: string): void {
  if (PRIVATE.test(text)) {
    throw new ExpectedError('keypair.private_key_pasted', 'This is a private key. It was not stored.', {
      field: 'publicKey',
      remedy:
        'Give the public key instead: the file of the same name that ends in .pub. Keep the private key to yourself.',
    });
  }
  if (/BEGIN (SSH2 |RSA )?PUBLIC KEY/.test(text)) {
    throw badKey(
      'The public key is not in the OpenSSH format.',
      'Convert it: ssh-keygen -i -f FILE (-m PKCS8 for a PEM file)',
    );
  }
}

/**
 * Reads one line of a `.pub` file. The text itself is never repeated in an error: it might be a secret.
 * @throws ExpectedError `keypair.private_key_pasted`, `keypair.bad_key`
 */
export function parsePublicKey(text: string): PublicKey {
  refuseOtherFormats(text);
  const line = text.trim();
  if (/[\r\n]/.test(line)) throw badKey('This is more than one line.');
  if (CONTROL.test(line.replaceAll('\t', ' '))) throw badKey('The public key holds control characters.');
  const [name = '', base64 = '', ...comment] = line.split(/[ \t]+/);
  typeOf(name);
  const blob = Buffer.from(base64, 'base64');
  if (blob.length === 0 || blob.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, '')) {
    throw badKey('The public key is damaged: its middle part is not base64.');
  }
  checkBlob(name, blob);
  return {
    publicKey: [name, blob.toString('base64'), ...comment].join(' '),
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    fingerprintMd5: createHash('md5')
      .update(blob)
      .digest('hex')
      .replace(/(..)(?=.)/g, '$1:'),
  };
}

/**
 * A new ed25519 pair.
 * @returns the private half in OpenSSH's format, unencrypted, for the caller's one answer
 */
export function generateKeyPair(comment: string): { key: PublicKey; privateKey: string } {
  const { privateKey: pkcs8 } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const pair = sshpk.parsePrivateKey(pkcs8, 'pem');
  pair.comment = comment;
  return { key: parsePublicKey(pair.toPublic().toString('ssh')), privateKey: pair.toString('ssh') };
}
