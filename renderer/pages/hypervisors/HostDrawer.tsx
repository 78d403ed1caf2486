import { Drawer, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { useCopy } from '../../components/use-clipboard.ts';
import { useList } from '../../stores/nova.ts';
import { CopyText } from '../../ui/CopyText.tsx';
import { Facts, type Fact } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { HostConnection } from './HostConnection.tsx';
import { HostMenu, type HostAction } from './HostMenu.tsx';
import { HostProblem } from './HostProblem.tsx';
import { HostUsage } from './HostUsage.tsx';
import { placeOf } from './place.ts';

interface HostProps {
  readonly host: Host;
}

function Scheduling({ host }: HostProps): ReactNode {
  const { t } = useTranslation();
  const instances = useList('instances').filter((instance) => instance.hostId === host.id).length;
  const reason = host.disabledReason;
  const off = reason === null ? t('hypervisors.disabled') : t('hypervisors.disabledBecause', { reason });
  return (
    <Facts
      facts={[
        { label: t('hypervisors.detail.scheduling'), value: host.enabled ? t('hypervisors.enabled') : off },
        { label: t('hypervisors.detail.instances'), value: instances },
        { label: t('hypervisors.detail.guests'), value: host.guests },
        { label: t('scheduling.zone'), value: host.availabilityZone },
        { label: t('hypervisors.form.pool'), value: host.pool },
        { label: t('hypervisors.form.network'), value: host.network },
      ]}
    />
  );
}

function Machine({ host }: HostProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const unknown = t('hypervisors.detail.unknown');
  const types = { kvm: t('hypervisors.kvm'), qemu: t('hypervisors.emulation') };
  const modes = {
    automatic: t('hypervisors.form.virtAutomatic'),
    kvm: t('hypervisors.form.virtKvm'),
    emulation: t('hypervisors.form.virtEmulation'),
  };
  return (
    <Facts
      facts={[
        {
          label: t('hypervisors.form.virtMode'),
          value: (
            <>
              {host.virtType === null ? unknown : types[host.virtType]} · {modes[host.virtMode]}
              {host.virtReason !== null && (
                <Text size="xs" c="var(--nova-muted)">
                  {host.virtReason}
                </Text>
              )}
            </>
          ),
        },
        { label: t('hypervisors.detail.cpu'), value: host.cpuModel ?? unknown },
        { label: t('hypervisors.detail.arch'), value: host.arch ?? unknown },
        { label: t('hypervisors.detail.hostname'), value: host.hostname ?? unknown },
        { label: 'libvirt', value: host.libvirtVersion ?? unknown },
        { label: 'QEMU', value: host.hypervisorVersion ?? unknown },
        {
          label: t('hypervisors.detail.uptime'),
          value: host.uptime === null ? unknown : format.duration(host.uptime * 1000),
        },
      ]}
    />
  );
}

function useWayIn(host: Host): Fact[] {
  const { t } = useTranslation();
  const { address } = host;
  const place = { label: t('hypervisors.form.address'), value: placeOf(host, t('hypervisors.thisComputer')) };
  const uri = { label: t('hypervisors.detail.uri'), value: address.uri };
  if (address.kind === 'local') return [place, uri];
  const usual = t('hypervisors.detail.asUsual');
  return [
    place,
    uri,
    { label: t('hypervisors.form.key'), value: address.identityFiles.join(', ') || usual },
    {
      label: t('hypervisors.detail.agent'),
      value: address.useAgent ? t('hypervisors.detail.agentFirst') : t('hypervisors.detail.agentNot'),
    },
    { label: t('hypervisors.form.jumps'), value: address.jumps.join(' → ') || usual },
    { label: t('hypervisors.form.socket'), value: address.socket ?? usual },
  ];
}

function Way({ host }: HostProps): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const wayIn = useWayIn(host);
  return (
    <Facts
      facts={[
        ...wayIn,
        {
          label: t('hypervisors.detail.lastSeen'),
          value: host.lastSeenAt === null ? t('time.never') : <RelativeTime at={host.lastSeenAt} />,
        },
        { label: t('hypervisors.detail.added'), value: <RelativeTime at={host.createdAt} /> },
        { label: 'ID', value: <CopyText text={host.id} onCopy={copy} /> },
      ]}
    />
  );
}

interface Props extends HostProps {
  readonly onAct: (action: HostAction) => void;
  readonly onClose: () => void;
}

/** Everything that is known of one host. */
export function HostDrawer({ host, onAct, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={540}
      title={host.name}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <HostConnection host={host} />
          <HostMenu host={host} onAct={onAct} />
        </Group>
        <HostProblem host={host} onResolve={() => onAct('test')} onConnect={() => onAct('connect')} />
        <Panel title={t('hypervisors.form.ratios')}>
          <HostUsage host={host} />
        </Panel>
        <Panel title={t('hypervisors.detail.use')}>
          <Scheduling host={host} />
        </Panel>
        <Panel title={t('hypervisors.detail.machine')}>
          <Machine host={host} />
        </Panel>
        <Panel title={t('hypervisors.detail.way')}>
          <Way host={host} />
        </Panel>
      </Stack>
    </Drawer>
  );
}
