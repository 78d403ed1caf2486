import type { Host, HostAddress, HostTest } from '../../contract/index.ts';
import type { Context, Fields } from '../context.ts';
import type { Cell } from '../output/cells.ts';
import { UsageError } from '../usage-error.ts';

/** `ssh://USER@ADDRESS[:PORT]`, or the libvirt URI of this computer. */
export function formatAddress(address: HostAddress): string {
  if (address.kind === 'local') return address.uri;
  const user = address.user === undefined ? '' : `${address.user}@`;
  const bare = address.address.includes(':') ? `[${address.address}]` : address.address;
  const port = address.port === undefined ? '' : `:${address.port}`;
  return `ssh://${user}${bare}${port}`;
}

const SSH = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(\[[^\]\s]+\]|[^:/\s[\]]+)(?::(\d{1,5}))?\/?$/;

/** @throws UsageError when the text names no way to a host */
export function parseAddress(
  text: string,
): { address: string; user?: string; port?: number } | 'system' | 'session' {
  if (text === 'qemu:///system') return 'system';
  if (text === 'qemu:///session') return 'session';
  const parts = SSH.exec(text);
  const [, user, host, port] = parts ?? [];
  const usable = parts !== null && user?.includes(':') !== true && !text.startsWith('qemu:');
  if (!usable || host === undefined || Number(port ?? 22) > 65_535 || Number(port ?? 22) < 1) {
    const secret = user?.includes(':') === true ? ' A password never belongs into a command.' : '';
    throw new UsageError(
      `the address must be ssh://USER@ADDRESS[:PORT], qemu:///system or qemu:///session.${secret}`,
    );
  }
  return {
    address: host.replace(/^\[(.*)\]$/, '$1'),
    ...(user !== undefined && { user: decodeURIComponent(user) }),
    ...(port !== undefined && { port: Number(port) }),
  };
}

export const HOST_COLUMNS = ['ID', 'Name', 'Address', 'Connection', 'Enabled', 'Guests', 'Reason'];
export const SHORT_HOST_COLUMNS = HOST_COLUMNS.slice(0, 6);

export function hostRow(host: Host): Cell[] {
  return [
    host.id,
    host.name,
    formatAddress(host.address),
    host.connection,
    host.enabled,
    host.guests,
    host.connectionError?.message ?? host.disabledReason,
  ];
}

function sshFields(host: Host): Fields {
  const { address } = host;
  if (address.kind === 'local') return [];
  return [
    ['identity_files', address.identityFiles],
    ['jumps', address.jumps],
    ['libvirt_uri', address.uri],
    ['libvirt_socket', address.socket ?? null],
    ['use_agent', address.useAgent],
  ];
}

export function hostFields(host: Host): Fields {
  return [
    ['address', formatAddress(host.address)],
    ['connection', host.connection],
    ['connection_error', host.connectionError?.message ?? null],
    ['created_at', host.createdAt],
    ['disabled_reason', host.disabledReason],
    ['enabled', host.enabled],
    ['guests', host.guests],
    ['hostname', host.hostname],
    ['id', host.id],
    ['last_seen_at', host.lastSeenAt],
    ['name', host.name],
    ['network', host.network],
    ['pool', host.pool],
    ['retry_at', host.retryAt],
    ...sshFields(host),
    ['virt_mode', host.virtMode],
    ['virt_type', host.virtType],
    ['virt_reason', host.virtReason],
  ];
}

/** The test of the way in, step by step. */
export function listSteps(context: Context, test: HostTest): void {
  context.list(
    ['Step', 'Result', 'Detail', 'Remedy', 'Milliseconds', 'Code'],
    test.steps.map((step) => [
      step.step,
      step.result,
      step.detail,
      step.remedy ?? '',
      Math.round(step.milliseconds),
      step.error?.code ?? null,
    ]),
    ['Step', 'Result', 'Detail', 'Remedy', 'Milliseconds'],
  );
}
