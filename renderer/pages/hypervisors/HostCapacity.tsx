import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { CapacityBar } from '../../ui/CapacityBar.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { capacityOf, type Amount } from './capacity.ts';
import classes from './hypervisors.module.css';

interface Props {
  readonly host: Host;
}

interface Resource {
  readonly label: string;
  readonly amount: Amount;
  readonly show: (value: number) => string;
}

/** How much of a host is given out, and how much may be. */
export function HostCapacity({ host }: Props): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const number = new Intl.NumberFormat(i18n.language);
  if (host.vcpus.total === 0) return <Text c="var(--nova-muted)">{t('hypervisors.unknownYet')}</Text>;
  const resources: readonly Resource[] = [
    { label: t('hypervisors.vcpus'), amount: host.vcpus, show: (value) => number.format(value) },
    { label: t('hypervisors.ram'), amount: host.ram, show: format.mib },
    { label: t('hypervisors.disk'), amount: host.disk, show: format.gib },
  ];
  return (
    <div className={classes.capacity}>
      {resources.map(({ label, amount, show }) => {
        const hint = t('hypervisors.capacityHint', {
          total: show(amount.total),
          reserved: show(amount.reserved),
          ratio: number.format(amount.ratio),
        });
        const capacity = capacityOf(amount);
        const text = t('hypervisors.usage', { used: show(amount.used), capacity: show(capacity) });
        return (
          <div key={label}>
            <CapacityBar label={label} used={amount.used} capacity={capacity} text={text} hint={hint} />
          </div>
        );
      })}
    </div>
  );
}
