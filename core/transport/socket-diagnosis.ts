import { ExpectedError } from '../domain/errors.ts';
import type { Hop } from './route.ts';

/** What a server said when it would not open a channel. RFC 4254 section 5.1. */
export interface OpenFailure {
  /** 1 prohibited, 2 connect failed, 3 unknown type, 4 resources; null where the server said nothing proper */
  readonly reason: number | null;
  readonly error: Error;
}

const PROHIBITED = 1;
const UNKNOWN_TYPE = 3;

// Sockets that one or other system always has and that any account may open, then two that libvirt's own helpers listen
// on for root. That one of them opens proves that the server forwards to sockets.
const USUAL_SOCKETS = [
  '/run/dbus/system_bus_socket',
  '/var/run/dbus/system_bus_socket',
  '/run/systemd/journal/stdout',
  '/run/libvirt/virtlogd-sock',
  '/run/libvirt/virtlockd-sock',
];

export function isProhibited({ reason }: OpenFailure): boolean {
  return reason === PROHIBITED || reason === UNKNOWN_TYPE;
}

interface Question {
  readonly path: string;
  readonly hop: Hop;
  readonly failure: OpenFailure;
  readonly canOpen: (path: string) => Promise<boolean>;
  /** does the server say outright that it forwards nothing? */
  readonly tcpProhibited: () => Promise<boolean>;
}

function isLibvirt(path: string): boolean {
  return /\/libvirt\/[\w-]+-sock$/.test(path);
}

export function socketForbidden(path: string, user: string, where: string, cause?: unknown): ExpectedError {
  const remedy = isLibvirt(path)
    ? `Put the account into group libvirt, as root on the host: usermod -aG libvirt ${user} — it counts from the next login on.`
    : `Give ${user} access to ${path} on the host.`;
  return new ExpectedError('transport.socket_forbidden', `${user} may not open ${path} on ${where}.`, {
    cause,
    remedy,
    details: { path },
  });
}

export function socketMissing(path: string, where: string, cause?: unknown): ExpectedError {
  const remedy = isLibvirt(path)
    ? 'Install and start libvirt, as root on the host. Debian: apt install libvirt-daemon-system — Fedora: dnf install @virtualization && systemctl enable --now libvirtd.socket'
    : `Check that the program that should listen on ${path} runs on the host.`;
  return new ExpectedError('transport.socket_missing', `There is no socket ${path} on ${where}.`, {
    cause,
    remedy,
    details: { path },
  });
}

function forwardingOff({ hop, failure, path }: Question, sure: boolean): ExpectedError {
  const doubt = sure
    ? ''
    : ` No other socket opened either; should forwarding be on, then ${path} is missing: check that libvirt is installed and runs.`;
  return new ExpectedError(
    'transport.forwarding_disabled',
    `The SSH server of ${hop.label} opens no sockets for ${hop.user}.`,
    {
      cause: failure.error,
      remedy: `Set "AllowStreamLocalForwarding local" and "AllowTcpForwarding local", without PermitOpen (OpenSSH denies sockets too where TCP is off), for the account in /etc/ssh/sshd_config on the host; its key must not say "restrict" or "no-port-forwarding". Then: systemctl reload ssh (Debian) or sshd (Fedora).${doubt}`,
      details: { path, sure },
    },
  );
}

/**
 * Why a UNIX socket did not open. OpenSSH answers "open failed" whether the socket is missing, forbidden, or forwarding is
 * switched off (server_request_direct_streamlocal in serverloop.c), so other sockets have to tell.
 */
export async function diagnoseSocket(question: Question): Promise<ExpectedError> {
  const { path, hop, failure, canOpen } = question;
  if (isProhibited(failure)) return forwardingOff(question, true);
  const { user, label } = hop;
  // libvirt's read-only socket lies beside the other and is everybody's: it shows that only the right is missing.
  const [readOnly, ...others] = await Promise.all([
    isLibvirt(path) && canOpen(`${path}-ro`),
    ...USUAL_SOCKETS.map(canOpen),
  ]);
  if (readOnly) return socketForbidden(path, user, label, failure.error);
  if (!others.includes(true)) return forwardingOff(question, await question.tcpProhibited());
  if (user === 'root' || isLibvirt(path)) return socketMissing(path, label, failure.error);
  return socketForbidden(path, user, label, failure.error);
}

/** Why a TCP port, as seen from a host, did not open. */
export function tcpError(hop: Hop, host: string, port: number, failure: OpenFailure): ExpectedError {
  const { error } = failure;
  const place = `${host} port ${port}`;
  const from = `as seen from ${hop.label}`;
  if (isProhibited(failure)) {
    return new ExpectedError('transport.forwarding_disabled', `${hop.label} does not forward to ${place}.`, {
      cause: error,
      remedy: `Set "AllowTcpForwarding yes" for ${hop.user} in /etc/ssh/sshd_config there (and PermitOpen so that ${host}:${port} is allowed).`,
    });
  }
  if (/refused/i.test(error.message)) {
    return new ExpectedError('transport.refused', `Nothing listens on ${place}, ${from}.`, {
      cause: error,
      remedy: 'Check the port, and that the server runs there.',
    });
  }
  if (/not known|resolution|no address/i.test(error.message)) {
    return new ExpectedError('transport.resolve_failed', `The name ${host} is not known, ${from}.`, {
      cause: error,
      remedy: 'Check the spelling, or give an address instead of a name.',
    });
  }
  return new ExpectedError('transport.unreachable', `${place} cannot be reached, ${from}.`, {
    cause: error,
    remedy: 'Check that the machine is on and in the network of that host.',
  });
}
