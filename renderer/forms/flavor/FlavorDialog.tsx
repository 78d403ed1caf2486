import { Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Flavor } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { createRequest, draftOf, emptyFlavorDraft, setRequest, type FlavorDraft } from './flavor-draft.ts';
import { FlavorNotes, FlavorSize } from './FlavorFields.tsx';

interface Props {
  /** null: a new one */
  readonly flavor: Flavor | null;
  readonly onClose: () => void;
}

export function FlavorDialog({ flavor, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<FlavorDraft>(() =>
    flavor === null ? emptyFlavorDraft : draftOf(flavor),
  );
  const save = useAction<[]>(() =>
    flavor === null
      ? call('flavor.create', createRequest(draft))
      : call('flavor.set', setRequest(flavor, draft)),
  );
  const submit = async (): Promise<void> => {
    if (await save.run()) onClose();
  };
  const fields = {
    draft,
    error: save.error,
    onChange: (patch: Partial<FlavorDraft>) => setDraft((before) => ({ ...before, ...patch })),
  };
  const title =
    flavor === null ? t('flavors.form.createTitle') : t('flavors.form.editTitle', { name: flavor.name });
  return (
    <FormDialog
      title={title}
      size={600}
      submit={flavor === null ? t('action.create') : t('action.save')}
      busy={save.busy}
      blocked={draft.name.trim() === ''}
      onSubmit={() => void submit()}
      error={save.error}
      onClose={onClose}
    >
      {flavor === null ? (
        <FlavorSize {...fields} />
      ) : (
        <Text size="sm" c="var(--nova-muted)">
          {t('flavors.form.fixed')}
        </Text>
      )}
      <FlavorNotes {...fields} />
    </FormDialog>
  );
}
