import { Progress, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Project, QuotaUsage } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { useList } from '../../stores/nova.ts';
import { useFormat } from '../../ui/use-format.ts';
import classes from './projects.module.css';

export type BarResource = 'instances' | 'cores' | 'ram';

const WARN = 75;

interface Props {
  readonly project: Project;
  readonly resource: BarResource;
}

function Bar({
  used,
  limit,
  label,
}: {
  readonly used: number;
  readonly limit: number;
  readonly label: string;
}): ReactNode {
  const percent = limit === 0 ? 100 : Math.min(100, (used / limit) * 100);
  const colour =
    percent >= 100 ? 'var(--nova-bad)' : percent >= WARN ? 'var(--nova-warn)' : 'var(--nova-busy)';
  return <Progress value={percent} color={colour} size={4} aria-label={label} />;
}

/** How much of one quota a project has used up; what has no limit is only counted. */
export function QuotaBar({ project, resource }: Props): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const instances = useList('instances');
  const { data } = useQuery('project.usage', { ref: project.id }, instances);
  if (data === undefined) return null;
  const limit = project.quota[resource];
  const used: QuotaUsage[BarResource] = data[resource];
  const number = new Intl.NumberFormat(i18n.language);
  const show = (value: number) => (resource === 'ram' ? format.mib(value) : number.format(value));
  if (limit < 0) return t('projects.unlimited', { used: show(used) });
  const text = t('hypervisors.usage', { used: show(used), capacity: show(limit) });
  return (
    <div className={classes.quota}>
      <Text size="xs">{text}</Text>
      <Bar used={used} limit={limit} label={`${t(`projects.quota.${resource}`)}: ${text}`} />
    </div>
  );
}
