import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Project, QuotaUsage } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { useList } from '../../stores/nova.ts';
import { CapacityBar } from '../../ui/CapacityBar.tsx';
import { useFormat } from '../../ui/use-format.ts';

const SHOWN = ['instances', 'cores', 'ram'] as const satisfies readonly (keyof QuotaUsage)[];

/** How much of each quota a project has used up; what has no limit is only counted. */
export function QuotaBars({ project }: { readonly project: Project }): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const number = new Intl.NumberFormat(i18n.language);
  const instances = useList('instances');
  const { data } = useQuery('project.usage', { ref: project.id }, instances);
  if (data === undefined) return null;
  return (
    <div>
      {SHOWN.map((resource) => {
        const limit = project.quota[resource];
        const show = (value: number) => (resource === 'ram' ? format.mib(value) : number.format(value));
        const label = t(`projects.quota.${resource}`);
        if (limit < 0) {
          return (
            <Text key={resource} size="xs" c="var(--nova-muted)">
              {t('projects.unlimited', { label, used: show(data[resource]) })}
            </Text>
          );
        }
        const text = t('hypervisors.usage', { used: show(data[resource]), capacity: show(limit) });
        return (
          <CapacityBar
            key={resource}
            label={label}
            used={data[resource]}
            capacity={limit}
            text={text}
            hint={`${label}: ${text}`}
          />
        );
      })}
    </div>
  );
}
