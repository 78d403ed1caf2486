import { ActionIcon, Button, Menu, Text, Title, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { CapacityBar } from '../../ui/CapacityBar.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { DotsIcon } from '../../ui/icons.tsx';
import { StatusBadge, type Tone } from '../../ui/StatusBadge.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useNow } from '../../ui/use-now.ts';
import classes from './hypervisors.module.css';

export type HostAction = 'test' | 'connect' | 'settings' | 'enable' | 'disable' | 'remove';

interface Props {
  readonly host: Host;
  readonly onAct: (action: HostAction) => void;
}

const TONES: Readonly<Record<Host['connection'], Tone>> = {
  connected: 'ok',
  connecting: 'busy',
  disconnected: 'bad',
  attention: 'warn',
};

function Connection({ host }: { readonly host: Host }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(5000);
  const waits = host.connection === 'disconnected' && host.retryAt !== null;
  const note = waits ? t('hypervisors.retry', { time: format.age(host.retryAt ?? '', now) }) : undefined;
  return (
    <StatusBadge
      tone={TONES[host.connection]}
      label={t(`hypervisors.connection.${host.connection}`)}
      note={note}
    />
  );
}

/** `user@address:port`, or that it is this computer. */
export function placeOf(host: Host, here: string): string {
  const { address } = host;
  if (address.kind === 'local') return here;
  const user = address.user === undefined ? '' : `${address.user}@`;
  return `${user}${address.address}${address.port === undefined ? '' : `:${address.port}`}`;
}

type Amount = Host['vcpus'];

function Capacity({ host }: { readonly host: Host }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const bar = (label: string, amount: Amount, show: (value: number) => string): ReactNode => {
    const capacity = (amount.total - amount.reserved) * amount.ratio;
    return (
      <CapacityBar
        label={label}
        used={amount.used}
        capacity={capacity}
        text={t('hypervisors.usage', { used: show(amount.used), capacity: show(capacity) })}
        hint={t('hypervisors.capacityHint', {
          total: show(amount.total),
          reserved: show(amount.reserved),
          ratio: amount.ratio,
        })}
      />
    );
  };
  if (host.vcpus.total === 0) return <Text c="var(--nova-muted)">{t('hypervisors.unknownYet')}</Text>;
  return (
    <div className={classes.capacity}>
      {bar(t('hypervisors.vcpus'), host.vcpus, (value) => String(Math.floor(value)))}
      {bar(t('hypervisors.ram'), host.ram, format.mib)}
      {bar(t('hypervisors.disk'), host.disk, format.gib)}
    </div>
  );
}

function Details({ host }: { readonly host: Host }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const details = [
    t('hypervisors.guests', { count: host.guests }),
    host.cpuModel,
    host.arch,
    host.libvirtVersion && t('hypervisors.libvirt', { version: host.libvirtVersion }),
    host.hypervisorVersion && t('hypervisors.qemu', { version: host.hypervisorVersion }),
    host.uptime !== null && t('hypervisors.uptime', { time: format.duration(host.uptime * 1000) }),
  ];
  return (
    <Text size="xs" c="var(--nova-muted)">
      {details.filter(Boolean).join(' · ')}
    </Text>
  );
}

function Marks({ host }: { readonly host: Host }): ReactNode {
  const { t } = useTranslation();
  const reason = host.disabledReason;
  return (
    <>
      {host.virtType !== null && (
        <Tooltip label={host.virtReason} disabled={host.virtReason === null}>
          <Text span size="xs" className={classes.mark} data-tone={host.virtType}>
            {host.virtType === 'kvm' ? t('hypervisors.kvm') : t('hypervisors.emulation')}
          </Text>
        </Tooltip>
      )}
      {!host.enabled && (
        <Text span size="xs" className={classes.mark} data-tone="off">
          {reason === null ? t('hypervisors.disabled') : t('hypervisors.disabledBecause', { reason })}
        </Text>
      )}
    </>
  );
}

function Actions({ host, onAct }: Props): ReactNode {
  const { t } = useTranslation();
  const item = (action: HostAction, danger = false): ReactNode => (
    <Menu.Item {...(danger && { color: 'red' })} onClick={() => onAct(action)}>
      {t(`hypervisors.action.${action}`)}
    </Menu.Item>
  );
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('action.more', { name: host.name })}>
          <DotsIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {item('test')}
        {host.connection !== 'connected' && item('connect')}
        {item('settings')}
        {item(host.enabled ? 'disable' : 'enable')}
        <Menu.Divider />
        {item('remove', true)}
      </Menu.Dropdown>
    </Menu>
  );
}

/** One host: how it is connected, how much of it is given out, and what it is. */
export function HostCard({ host, onAct }: Props): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(10_000);
  return (
    <article className={classes.card} data-host={host.name} aria-label={host.name}>
      <header className={classes.head}>
        <div className={classes.name}>
          <Title order={2}>{host.name}</Title>
          <Text size="xs" c="var(--nova-muted)" truncate>
            {placeOf(host, t('hypervisors.thisComputer'))}
          </Text>
        </div>
        <Marks host={host} />
        <Connection host={host} />
        <Actions host={host} onAct={onAct} />
      </header>
      {host.connection !== 'connected' && (
        <ErrorAlert error={host.connectionError}>
          {host.lastSeenAt !== null && (
            <Text size="xs">{t('hypervisors.lastSeen', { time: format.age(host.lastSeenAt, now) })}</Text>
          )}
          {host.connection === 'attention' && (
            <Button w="fit-content" onClick={() => onAct('test')}>
              {t('hypervisors.action.resolve')}
            </Button>
          )}
        </ErrorAlert>
      )}
      <Capacity host={host} />
      <Details host={host} />
    </article>
  );
}
