import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { StatusBadge, type Tone } from '../../ui/StatusBadge.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useNow } from '../../ui/use-now.ts';

const TONES: Readonly<Record<Host['connection'], Tone>> = {
  connected: 'ok',
  connecting: 'busy',
  disconnected: 'bad',
  attention: 'warn',
};

/** milliseconds before an attempt at which it is said to be now */
const SOON = 1000;

/** When the next attempt is made, in words that count down; null where none is planned. */
function useRetry(host: Host): string | null {
  const { t } = useTranslation();
  const format = useFormat();
  const waits = host.connection === 'disconnected' && host.retryAt !== null;
  const now = useNow(waits ? 1000 : 60_000);
  if (!waits || host.retryAt === null) return null;
  const left = Date.parse(host.retryAt) - now;
  if (left < SOON) return t('hypervisors.retryNow');
  return t('hypervisors.retry', { time: format.duration(Math.ceil(left / 1000) * 1000) });
}

/** How a host is connected, in words, and when the next attempt is made. */
export function HostConnection({ host }: { readonly host: Host }): ReactNode {
  const { t } = useTranslation();
  const retry = useRetry(host);
  return (
    <StatusBadge
      tone={TONES[host.connection]}
      label={t(`hypervisors.connection.${host.connection}`)}
      note={retry ?? undefined}
    />
  );
}
