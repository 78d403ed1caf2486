import { ExpectedError } from '../domain/errors.ts';
import {
  fingerprint,
  type HostKeyVerdict,
  keyType,
  knownHostName,
  type KnownHostLine,
} from './known-hosts.ts';
import type { Hop } from './route.ts';
import type { ServerHello } from './server-hello.ts';

function place(line: KnownHostLine): string {
  return `${line.file}:${line.line}`;
}

/** What a host's key is, in the form that the contract's `unknownHostKey` has. */
function keyDetails(hop: Hop, key: Buffer): { fingerprint: string; type: string; address: string } {
  return {
    fingerprint: fingerprint(key),
    type: keyType(key) ?? 'unknown',
    address: knownHostName(hop.keyName.host, hop.keyName.port),
  };
}

function unknownKey(hop: Hop, key: Buffer, authority: KnownHostLine | null, accepted: string | undefined) {
  const details = keyDetails(hop, key);
  const certificate = authority
    ? ` A certificate authority for it stands in ${place(authority)}, but Micronova does not read host certificates.`
    : '';
  const other = accepted ? ` It is not the key ${accepted} that was accepted.` : '';
  return new ExpectedError(
    'transport.host_key_unknown',
    `${hop.label} showed a ${details.type} key that is not known yet: ${details.fingerprint}.${other}${certificate}`,
    {
      remedy: `Compare it on the host itself with: ssh-keygen -lf /etc/ssh/ssh_host_${shortType(details.type)}_key.pub — and accept it if it is the same.`,
      details,
    },
  );
}

function shortType(type: string): string {
  return type.startsWith('ecdsa') ? 'ecdsa' : type.replace('ssh-', '');
}

function changedKey(hop: Hop, key: Buffer, lines: readonly KnownHostLine[]): ExpectedError {
  const details = keyDetails(hop, key);
  const first = lines.find((line) => line.type === details.type) ?? lines[0];
  const old = first ? ` ${place(first)} has ${fingerprint(first.key)} (${first.type}).` : '';
  return new ExpectedError(
    'transport.host_key_changed',
    `The key of ${hop.label} has changed, so the connection was refused: somebody may be in between, or the host was set up anew. It showed ${details.fingerprint} (${details.type}).${old}`,
    {
      remedy: `Only if you know why it changed, take the old key out and try again: ssh-keygen -R "${details.address}"${first ? ` -f "${first.file}"` : ''}`,
      details: { ...details, known: lines.map(place) },
    },
  );
}

/** @returns the error for every verdict but `known` */
export function hostKeyError(
  hop: Hop,
  key: Buffer,
  verdict: Exclude<HostKeyVerdict, { result: 'known' }>,
  accepted: string | undefined,
): ExpectedError {
  if (verdict.result === 'unknown') return unknownKey(hop, key, verdict.authority, accepted);
  if (verdict.result === 'changed') return changedKey(hop, key, verdict.lines);
  return new ExpectedError(
    'transport.host_key_revoked',
    `The key that ${hop.label} showed is revoked in ${place(verdict.line)}, so the connection was refused.`,
    {
      remedy: 'The host needs a new key: that one is known to be in wrong hands.',
      details: keyDetails(hop, key),
    },
  );
}

export function notSsh(hop: Hop, hello: ServerHello, cause: unknown): ExpectedError {
  const said = hello.firstLine === '' ? '' : ` It said: "${hello.firstLine}"`;
  return new ExpectedError('transport.not_ssh', `What listens at ${hop.label} is no SSH server.${said}`, {
    cause,
    remedy: `Check the port: SSH servers listen on 22 unless set up otherwise, this was ${hop.port}.`,
  });
}

export function noCommonAlgorithm(hop: Hop, hello: ServerHello, why: string): ExpectedError {
  const { offer } = hello;
  return new ExpectedError(
    'transport.no_common_algorithm',
    `${hop.label} (${hello.identification ?? 'unknown server'}) and Micronova found no safe common algorithm: ${why}.`,
    {
      remedy:
        'Update the SSH server there. Needed are curve25519, ECDH or DH with SHA-2, an ed25519, ECDSA or RSA (SHA-2) host key, and AES in GCM or CTR mode.',
      ...(offer && {
        details: { kex: offer.kex, hostKeys: offer.hostKeys, ciphers: offer.ciphers, macs: offer.macs },
      }),
    },
  );
}

function closedEarly(hop: Hop, cause: unknown): ExpectedError {
  return new ExpectedError(
    'transport.closed',
    `${hop.label} closed the connection before anybody could log in.`,
    {
      cause,
      remedy:
        'Look at the log of the SSH server on the host: it may allow only some addresses, or have too many logins at once.',
    },
  );
}

/** Words for whatever ssh2 says while keys are exchanged. */
export function handshakeError(hop: Hop, hello: ServerHello, error: unknown): ExpectedError {
  if (error instanceof ExpectedError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (hello.identification === null) return hello.spoke ? notSsh(hop, hello, error) : closedEarly(hop, error);
  if (/no (matching|suitable)|does not match negotiated/i.test(text)) {
    return noCommonAlgorithm(hop, hello, text.replace('Handshake failed: ', ''));
  }
  if (/identification string|protocol version/i.test(text)) return notSsh(hop, hello, error);
  return closedEarly(hop, error);
}
