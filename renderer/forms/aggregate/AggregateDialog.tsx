import { MultiSelect, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Aggregate } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { fromPairs, type Pair, PairsEditor, toPairs } from '../../ui/PairsEditor.tsx';

interface Draft {
  readonly name: string;
  readonly zone: string;
  readonly hosts: readonly string[];
  readonly pairs: readonly Pair[];
}

async function save(aggregate: Aggregate | null, draft: Draft): Promise<unknown> {
  const name = draft.name.trim();
  const availabilityZone = draft.zone.trim() === '' ? null : draft.zone.trim();
  const metadata = fromPairs(draft.pairs);
  if (aggregate === null) {
    return call('aggregate.create', { name, availabilityZone, metadata, hosts: [...draft.hosts] });
  }
  return call('aggregate.set', {
    ref: aggregate.id,
    name,
    availabilityZone,
    metadata,
    unsetMetadata: Object.keys(aggregate.metadata).filter((key) => !Object.hasOwn(metadata, key)),
    addHosts: draft.hosts.filter((id) => !aggregate.hostIds.includes(id)),
    removeHosts: aggregate.hostIds.filter((id) => !draft.hosts.includes(id)),
  });
}

interface Props {
  /** null: a new one */
  readonly aggregate: Aggregate | null;
  readonly onClose: () => void;
}

export function AggregateDialog({ aggregate, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const hosts = useList('hosts').toSorted((a, b) => a.name.localeCompare(b.name));
  const [draft, setDraft] = useState<Draft>(() => ({
    name: aggregate?.name ?? '',
    zone: aggregate?.availabilityZone ?? '',
    hosts: aggregate?.hostIds ?? [],
    pairs: toPairs(aggregate?.metadata ?? {}),
  }));
  const change = (patch: Partial<Draft>): void => setDraft((before) => ({ ...before, ...patch }));
  const saving = useAction(() => save(aggregate, draft));
  const submit = async (): Promise<void> => {
    if (await saving.run()) onClose();
  };
  const refused = (field: string) => (saving.error?.field === field ? saving.error.message : undefined);
  return (
    <FormDialog
      title={
        aggregate === null
          ? t('scheduling.aggregates.add')
          : t('scheduling.aggregates.editTitle', { name: aggregate.name })
      }
      submit={aggregate === null ? t('action.create') : t('action.save')}
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
        error={refused('name')}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('scheduling.zone')}
        description={t('scheduling.aggregates.zoneHint')}
        value={draft.zone}
        maxLength={255}
        error={refused('availabilityZone')}
        onChange={(event) => change({ zone: event.currentTarget.value })}
      />
      <MultiSelect
        label={t('scheduling.column.hosts')}
        data={hosts.map((host) => ({ value: host.id, label: host.name }))}
        value={[...draft.hosts]}
        onChange={(chosen) => change({ hosts: chosen })}
        searchable
      />
      <div>
        <Text size="sm" fw={500} mb={4}>
          {t('launch.metadata')}
        </Text>
        <Text size="xs" c="var(--nova-muted)" mb={6}>
          {t('scheduling.aggregates.metadataHint')}
        </Text>
        <PairsEditor
          pairs={draft.pairs}
          onChange={(pairs) => change({ pairs })}
          error={refused('metadata')}
        />
      </div>
    </FormDialog>
  );
}
