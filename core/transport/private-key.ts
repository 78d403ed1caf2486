import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import sshpk from 'sshpk';
import { ExpectedError } from '../domain/errors.ts';

const NEEDS_PASSPHRASE = /no passphrase given|passphrase required|interrupted or cancelled/i;
const LARGEST_KEY_FILE = 256 * 1024;

function unreadable(file: string, cause: unknown, why: string): ExpectedError {
  return new ExpectedError('transport.key_unreadable', `The key file ${file} ${why}.`, {
    cause,
    remedy: 'Choose a private key in OpenSSH or PEM form, readable for your account.',
    details: { keyFile: file },
  });
}

function passphraseNeeded(file: string): ExpectedError {
  return new ExpectedError('transport.passphrase_needed', `The key file ${file} is locked.`, {
    remedy: 'Give its passphrase, or load the key into your SSH agent: ssh-add ' + file,
    details: { keyFile: file, needs: 'passphrase' },
  });
}

function passphraseWrong(file: string): ExpectedError {
  return new ExpectedError(
    'transport.passphrase_wrong',
    `The passphrase does not open the key file ${file}.`,
    {
      remedy: `Try again. "ssh-keygen -y -f ${file}" shows whether a passphrase is the right one.`,
      details: { keyFile: file, needs: 'passphrase' },
    },
  );
}

function isEncrypted(text: string): boolean {
  if (/ENCRYPTED/.test(text)) return true;
  const body = /BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (body === undefined) return /^Encryption: (?!none)/m.test(text);
  // "openssh-key-v1\0" and then the cipher's name, with its length before it.
  const blob = Buffer.from(body, 'base64');
  return blob.length > 23 && blob.toString('latin1', 19, 19 + blob.readUInt32BE(15)) !== 'none';
}

// PKCS#8 is the one form that ssh2 does not read: Node opens it, and it is handed on in one that ssh2 does.
function fromPkcs8(text: string, passphrase: string | undefined): string {
  const key: KeyObject = createPrivateKey({ key: text, format: 'pem', ...(passphrase && { passphrase }) });
  const plain = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return sshpk.parsePrivateKey(plain, 'pkcs8').toString('ssh');
}

function parse(text: string, passphrase: string | undefined): ParsedKey | Error {
  const isPkcs8 = /-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text);
  try {
    const parsed = ssh2.utils.parseKey(isPkcs8 ? fromPkcs8(text, passphrase) : text, passphrase);
    return Array.isArray(parsed) ? (parsed[0] ?? new Error('an empty key file')) : parsed;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function readKeyFile(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > LARGEST_KEY_FILE) throw new Error('it is far too long for a key');
    return text;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw unreadable(file, error, missing ? 'does not exist' : 'cannot be read');
  }
}

/**
 * Reads a private key: OpenSSH, PEM, PKCS#8 or PuTTY's own form, locked or not.
 * @param passphrase asked only when the file is locked
 * @throws ExpectedError `transport.key_unreadable`, `transport.passphrase_needed`, `transport.passphrase_wrong`
 */
export async function loadPrivateKey(
  file: string,
  passphrase: () => Promise<string | undefined>,
): Promise<ParsedKey> {
  const text = await readKeyFile(file);
  const locked = isEncrypted(text);
  const secret = locked ? await passphrase() : undefined;
  if (locked && !secret) throw passphraseNeeded(file);
  const key = parse(text, secret);
  if (key instanceof Error) {
    if (NEEDS_PASSPHRASE.test(key.message)) throw passphraseNeeded(file);
    throw locked ? passphraseWrong(file) : unreadable(file, key, 'holds no private key that can be used');
  }
  if (!key.isPrivateKey()) throw unreadable(file, undefined, 'holds a public key; the private one is needed');
  return refuseSha1(key);
}

// ssh2 would sign with SHA-1 where a server announces nothing better.
function refuseSha1(key: ParsedKey): ParsedKey {
  if (key.type !== 'ssh-rsa') return key;
  const sign = key.sign.bind(key);
  const guarded = (data: Buffer | string, algorithm?: string): Buffer | Error =>
    algorithm === 'sha256' || algorithm === 'sha512' ? sign(data, algorithm) : sha1Refused();
  return Object.assign(key, { sign: guarded });
}

export function sha1Refused(): Error {
  return new Error('the server takes RSA keys with SHA-1 signatures only, which Micronova does not make');
}

/** The public half of a key file, where it can be had without a passphrase: from the file beside it, or the key itself. */
export async function publicHalf(file: string): Promise<Buffer | null> {
  for (const name of [`${file}.pub`, file]) {
    const text = await readFile(name, 'utf8').catch(() => null);
    const key = text === null ? null : parse(text, undefined);
    if (key !== null && !(key instanceof Error)) return key.getPublicSSH();
  }
  return null;
}
