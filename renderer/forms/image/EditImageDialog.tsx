import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Image } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
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
    <Modal opened onClose={onClose} title={t('images.form.editTitle', { name: image.name })} size={600}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap="md">
          <ImageFields
            nameFirst
            draft={draft}
            error={save.error}
            onChange={(patch) => setDraft((before) => ({ ...before, ...patch }))}
          />
          <ErrorAlert error={save.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="sm" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" size="sm" loading={save.busy} disabled={draft.name.trim() === ''}>
              {t('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
