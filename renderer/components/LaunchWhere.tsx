import { Select, TagsInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '../api/use-query.ts';
import { useList } from '../stores/nova.ts';

/** Where something is wanted to run, beside what it is. */
export interface Where {
  readonly zone: string | null;
  readonly groupId: string | null;
  readonly projectId: string | null;
  /** `key=value`, each */
  readonly hints: readonly string[];
}

export const ANYWHERE: Where = { zone: null, groupId: null, projectId: null, hints: [] };

/** The hints by name; one that is given twice becomes a list. */
export function hintsOf(lines: readonly string[]): Record<string, string | string[]> {
  const hints: Record<string, string | string[]> = {};
  for (const line of lines) {
    const [key = '', ...rest] = line.split('=');
    const value = rest.join('=').trim();
    const before = hints[key.trim()];
    hints[key.trim()] = before === undefined ? value : [before, value].flat();
  }
  return hints;
}

/** As the contract's requests want it. */
export function whereOf({ zone, groupId, projectId, hints }: Where) {
  return {
    ...(zone !== null && { availabilityZone: zone }),
    ...(groupId !== null && { group: groupId }),
    ...(projectId !== null && { project: projectId }),
    ...(hints.length > 0 && { hints: hintsOf(hints) }),
  };
}

interface Props {
  readonly where: Where;
  readonly onChange: (patch: Partial<Where>) => void;
}

/** Zone, server group, project and hints: what most launches leave alone. */
export function LaunchWhere({ where, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const aggregates = useList('aggregates');
  const zones = useQuery('availabilityZone.list', {}, aggregates).data ?? [];
  const groups = useList('serverGroups').toSorted((a, b) => a.name.localeCompare(b.name));
  const projects = useList('projects').toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <Select
        label={t('scheduling.zone')}
        placeholder={t('scheduling.anyZone')}
        data={zones.map((zone) => zone.name)}
        value={where.zone}
        onChange={(zone) => onChange({ zone })}
        clearable
      />
      <Select
        label={t('scheduling.group')}
        placeholder={t('form.none')}
        data={groups.map((group) => ({
          value: group.id,
          label: `${group.name} (${t(`scheduling.policy.${group.policy}`)})`,
        }))}
        value={where.groupId}
        onChange={(groupId) => onChange({ groupId })}
        clearable
      />
      {projects.length > 1 && (
        <Select
          label={t('scheduling.project')}
          placeholder="admin"
          data={projects.map((project) => ({
            value: project.id,
            label: project.name,
            disabled: !project.enabled,
          }))}
          value={where.projectId}
          onChange={(projectId) => onChange({ projectId })}
          clearable
        />
      )}
      <TagsInput
        label={t('scheduling.hints')}
        description={t('scheduling.hintsHint')}
        placeholder="different_host=…"
        value={[...where.hints]}
        onChange={(hints) => onChange({ hints })}
      />
    </>
  );
}
