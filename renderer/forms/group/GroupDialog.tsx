import { NumberInput, Select, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { GroupPolicy } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';

/** A server group keeps its policy for life: its members were placed by it. */
export function GroupDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const projects = useList('projects');
  const [name, setName] = useState('');
  const [policy, setPolicy] = useState<GroupPolicy>('anti-affinity');
  const [most, setMost] = useState(1);
  const [project, setProject] = useState<string | null>(null);
  const create = useAction(() =>
    call('serverGroup.create', {
      name: name.trim(),
      policy,
      ...(policy === 'anti-affinity' && { maxServerPerHost: most }),
      ...(project !== null && { project }),
    }),
  );
  const submit = async (): Promise<void> => {
    if (await create.run()) onClose();
  };
  return (
    <FormDialog
      title={t('scheduling.groups.add')}
      submit={t('action.create')}
      busy={create.busy}
      blocked={name.trim() === ''}
      onSubmit={() => void submit()}
      error={create.error}
      onClose={onClose}
    >
      <TextInput
        label={t('scheduling.column.name')}
        value={name}
        maxLength={255}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t('scheduling.groups.policy')}
        description={t(`scheduling.policyHint.${policy}`)}
        data={GroupPolicy.options.map((each) => ({ value: each, label: t(`scheduling.policy.${each}`) }))}
        value={policy}
        allowDeselect={false}
        onChange={(chosen) => setPolicy(GroupPolicy.options.find((each) => each === chosen) ?? policy)}
      />
      {policy === 'anti-affinity' && (
        <NumberInput
          label={t('scheduling.groups.mostPerHost')}
          min={1}
          max={1000}
          allowDecimal={false}
          value={most}
          onChange={(value) => typeof value === 'number' && value >= 1 && setMost(value)}
        />
      )}
      {projects.length > 1 && (
        <Select
          label={t('scheduling.project')}
          placeholder="admin"
          data={projects.map((each) => ({ value: each.id, label: each.name }))}
          value={project}
          onChange={setProject}
          clearable
        />
      )}
    </FormDialog>
  );
}
