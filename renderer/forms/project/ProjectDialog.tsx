import { NumberInput, SimpleGrid, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ADMIN_PROJECT, type Project, type Quota } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';

const RESOURCES = [
  'instances',
  'cores',
  'ram',
  'keyPairs',
  'serverGroups',
  'serverGroupMembers',
  'metadataItems',
] as const satisfies readonly (keyof Quota)[];

interface Draft {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  /** only those that were touched */
  readonly quota: Partial<Quota>;
}

function save(project: Project | null, { name, description, enabled, quota }: Draft): Promise<unknown> {
  const words = { name: name.trim(), description: description.trim() === '' ? null : description };
  return project === null
    ? call('project.create', { ...words, quota })
    : call('project.set', { ref: project.id, ...words, enabled, quota });
}

interface Props {
  /** null: a new one */
  readonly project: Project | null;
  readonly onClose: () => void;
}

export function ProjectDialog({ project, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>({
    name: project?.name ?? '',
    description: project?.description ?? '',
    enabled: project?.enabled ?? true,
    quota: {},
  });
  const change = (patch: Partial<Draft>): void => setDraft((before) => ({ ...before, ...patch }));
  const saving = useAction(() => save(project, draft));
  const submit = async (): Promise<void> => {
    if (await saving.run()) onClose();
  };
  return (
    <FormDialog
      title={project === null ? t('projects.add') : t('projects.editTitle', { name: project.name })}
      submit={project === null ? t('action.create') : t('action.save')}
      busy={saving.busy}
      blocked={draft.name.trim() === ''}
      onSubmit={() => void submit()}
      error={saving.error}
      onClose={onClose}
    >
      <TextInput
        label={t('scheduling.column.name')}
        value={draft.name}
        maxLength={255}
        data-autofocus
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <Textarea
        label={t('flavors.column.description')}
        autosize
        maxRows={4}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
      {project !== null && project.id !== ADMIN_PROJECT && (
        <Switch
          label={t('projects.takesNew')}
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />
      )}
      <Text size="xs" c="var(--nova-muted)">
        {t('projects.quotaHint')}
      </Text>
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="xs">
        {RESOURCES.map((resource) => (
          <NumberInput
            key={resource}
            size="xs"
            label={t(`projects.quota.${resource}`)}
            placeholder={project === null ? t('projects.asUsual') : undefined}
            min={-1}
            allowDecimal={false}
            value={draft.quota[resource] ?? project?.quota[resource] ?? ''}
            onChange={(value) =>
              typeof value === 'number' && change({ quota: { ...draft.quota, [resource]: value } })
            }
          />
        ))}
      </SimpleGrid>
    </FormDialog>
  );
}
