import { Text, Title, Tooltip, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { useFormat } from '../../ui/use-format.ts';
import { HostCapacity } from './HostCapacity.tsx';
import { HostConnection } from './HostConnection.tsx';
import { HostMenu, type HostAction } from './HostMenu.tsx';
import { HostProblem } from './HostProblem.tsx';
import classes from './hypervisors.module.css';
import { placeOf } from './place.ts';

interface Props {
  readonly host: Host;
  readonly onAct: (action: HostAction) => void;
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
    <Text size="xs" c="var(--nova-muted)" className={classes.details}>
      {details.filter(Boolean).join(' · ')}
    </Text>
  );
}

function Marks({ host }: { readonly host: Host }): ReactNode {
  const { t } = useTranslation();
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
        <Tooltip label={host.disabledReason} disabled={host.disabledReason === null}>
          <Text span size="xs" className={classes.mark} data-tone="off">
            {t('hypervisors.disabled')}
          </Text>
        </Tooltip>
      )}
    </>
  );
}

/** One host: how it is connected, how much of it is given out, and what it is. */
export function HostCard({ host, onAct }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <article className={classes.card} data-host={host.name} aria-label={host.name}>
      <header className={classes.head}>
        <div className={classes.name}>
          <Title order={2}>
            <UnstyledButton className={classes.title} onClick={() => onAct('show')}>
              {host.name}
            </UnstyledButton>
          </Title>
          <Text size="xs" c="var(--nova-muted)" truncate>
            {placeOf(host, t('hypervisors.thisComputer'))}
          </Text>
        </div>
        <Marks host={host} />
        <HostMenu host={host} onAct={onAct} />
      </header>
      <HostConnection host={host} />
      <HostProblem host={host} onResolve={() => onAct('test')} onConnect={() => onAct('connect')} />
      <HostCapacity host={host} />
      <Details host={host} />
    </article>
  );
}
