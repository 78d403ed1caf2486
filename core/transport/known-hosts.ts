import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** One readable line of a known_hosts file. sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export interface KnownHostLine {
  readonly file: string;
  /** counted from 1 */
  readonly line: number;
  readonly marker: 'cert-authority' | 'revoked' | null;
  /** comma-separated patterns, or one hashed name */
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
}

export type HostKeyVerdict =
  | { readonly result: 'known'; readonly line: KnownHostLine }
  /** `authority`: an @cert-authority line names the host; certificates are not supported, so it proves nothing here */
  | { readonly result: 'unknown'; readonly authority: KnownHostLine | null }
  | { readonly result: 'changed'; readonly lines: readonly KnownHostLine[] }
  | { readonly result: 'revoked'; readonly line: KnownHostLine };

const DEFAULT_PORT = 22;
const MARKERS = { '@cert-authority': 'cert-authority', '@revoked': 'revoked' } as const;

/** As `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a public key blob itself names; null where the blob is no key. RFC 4253 section 6.6. */
export function keyType(key: Buffer): string | null {
  if (key.length < 4) return null;
  const length = key.readUInt32BE(0);
  if (length === 0 || length > 64 || key.length < 4 + length) return null;
  const name = key.toString('latin1', 4, 4 + length);
  return /^[\x21-\x7e]+$/.test(name) ? name : null;
}

/** The name under which a host stands in a known_hosts file. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`;
}

function parseLine(text: string, file: string, line: number): KnownHostLine | null {
  const fields = text.trim().split(/[ \t]+/);
  const first = fields[0] ?? '';
  if (first === '' || first.startsWith('#')) return null;
  let marker: KnownHostLine['marker'] = null;
  if (first.startsWith('@')) {
    const known = Object.entries(MARKERS).find(([name]) => name === first);
    if (known === undefined) return null;
    marker = known[1];
    fields.shift();
  }
  const [hosts, type, encoded] = fields;
  if (hosts === undefined || type === undefined || encoded === undefined) return null;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null;
  const key = Buffer.from(encoded, 'base64');
  return keyType(key) === type ? { file, line, marker, hosts, type, key } : null;
}

/** Lines that cannot be read are left out, as OpenSSH does: one broken line must not hide the others. */
export function parseKnownHosts(text: string, file: string): KnownHostLine[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => parseLine(line, file, index + 1))
    .filter((line) => line !== null);
}

/** `*` and `?` as in ssh_config(5), PATTERNS. */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, (char) =>
    char === '*' ? '.*' : char === '?' ? '.' : `\\${char}`,
  );
  return new RegExp(`^${source}$`, 's').test(name);
}

/** A list matches when one pattern does and no negated one does. */
export function matchesPatternList(patterns: readonly string[], name: string): boolean {
  let found = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else if (pattern !== '' && matchesPattern(pattern, name)) {
      found = true;
    }
  }
  return found;
}

function matchesHash(hosts: string, name: string): boolean {
  const [, kind, salt, hash] = hosts.split('|');
  if (kind !== '1' || salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, 'base64');
  // SHA-1 is the file format's; it hides a name here and proves nothing.
  const given = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function linesFor(lines: readonly KnownHostLine[], name: string): KnownHostLine[] {
  return lines.filter(({ hosts }) =>
    hosts.startsWith('|')
      ? matchesHash(hosts, name)
      : matchesPatternList(hosts.toLowerCase().split(','), name),
  );
}

function checkName(lines: readonly KnownHostLine[], name: string, key: Buffer): HostKeyVerdict {
  const own = linesFor(lines, name);
  const revoked = own.find((line) => line.marker === 'revoked' && line.key.equals(key));
  if (revoked !== undefined) return { result: 'revoked', line: revoked };
  const plain = own.filter((line) => line.marker === null);
  const match = plain.find((line) => line.key.equals(key));
  if (match !== undefined) return { result: 'known', line: match };
  if (plain.length > 0) return { result: 'changed', lines: plain };
  return { result: 'unknown', authority: own.find((line) => line.marker === 'cert-authority') ?? null };
}

/**
 * Judges the key that a host showed, as OpenSSH's check_host_key (sshconnect.c) does: any line of the name with this very
 * key makes it known, any other plain line of the name makes it changed, and a host on another port than 22 may also stand
 * there by its bare name, but then only to be recognised.
 */
export function checkHostKey(
  lines: readonly KnownHostLine[],
  host: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const verdict = checkName(lines, knownHostName(host, port), key);
  if (verdict.result !== 'unknown' || port === DEFAULT_PORT) return verdict;
  const bare = checkName(lines, knownHostName(host, DEFAULT_PORT), key);
  return bare.result === 'known' || bare.result === 'revoked' ? bare : verdict;
}

/** Types of the keys known for a host: to ask for one of them first, so that another type does not look like a change. */
export function knownKeyTypes(lines: readonly KnownHostLine[], host: string, port: number): string[] {
  const exact = linesFor(lines, knownHostName(host, port));
  const own = exact.length > 0 ? exact : linesFor(lines, knownHostName(host, DEFAULT_PORT));
  return [...new Set(own.filter((line) => line.marker === null).map((line) => line.type))];
}

/** The line that makes a key known. */
export function formatKnownHost(host: string, port: number, key: Buffer): string {
  return `${knownHostName(host, port)} ${keyType(key) ?? ''} ${key.toString('base64')}\n`;
}
