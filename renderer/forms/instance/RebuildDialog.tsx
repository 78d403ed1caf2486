import { Alert } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useHostAway } from '../../components/instance-status.tsx';
import { TypedName } from '../../components/TypedName.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { ImageChoice } from './ImageChoice.tsx';
import type { InstanceFormProps } from './form-props.ts';
import { WhenBackNote } from './WhenBackNote.tsx';

/** A new disk for the same instance. What is on the old one is lost, so the name has to be typed. */
export function RebuildDialog({ instance, onClose }: InstanceFormProps): ReactNode {
  const { t } = useTranslation();
  const [image, setImage] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const whenBack = useHostAway(instance);
  const rebuild = useAction(() =>
    call('instance.rebuild', { ref: instance.id, whenBack, ...(image !== null && { image }) }),
  );
  const send = async (): Promise<void> => {
    if (await rebuild.run()) onClose();
  };
  return (
    <FormDialog
      title={t('instances.form.rebuildTitle', { name: instance.name })}
      submit={whenBack ? t('instances.whenBack.confirm') : t('instances.action.rebuild')}
      busy={rebuild.busy}
      blocked={typed !== instance.name || (image === null && instance.imageId === null)}
      onSubmit={() => void send()}
      error={rebuild.error}
      onClose={onClose}
    >
      <WhenBackNote instance={instance} />
      <Alert color="red" variant="light">
        {t('instances.form.rebuildText')}
      </Alert>
      <ImageChoice
        label={t('launch.image')}
        description={t('instances.form.rebuildImageHint')}
        value={image}
        own={instance.imageName}
        onChange={setImage}
      />
      <TypedName name={instance.name} value={typed} onChange={setTyped} />
    </FormDialog>
  );
}
