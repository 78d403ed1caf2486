import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { draftOf, setRequest, type ImageDraft } from './image-draft.ts';
import { ImageFields } from './ImageFields.tsx';

interface Props {
  readonly image: Image;
  readonly onClose: () => void;
}

export function EditImageDialog({ image, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<ImageDraft>(() => draftOf(image));
  const save = useAction(() => call('image.set', setRequest(image, draft)));
  const submit = async (): Promise<void> => {
    if (await save.run()) onClose();
  };
  return (
    <FormDialog
      title={t('images.form.editTitle', { name: image.name })}
      size={600}
      submit={t('action.save')}
      busy={save.busy}
      blocked={draft.name.trim() === ''}
      onSubmit={() => void submit()}
      error={save.error}
      onClose={onClose}
    >
      <ImageFields
        nameFirst
        draft={draft}
        error={save.error}
        onChange={(patch) => setDraft((before) => ({ ...before, ...patch }))}
      />
    </FormDialog>
  );
}
