import { Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useHostAway } from '../../components/instance-status.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { ImageChoice } from './ImageChoice.tsx';
import type { InstanceFormProps } from './form-props.ts';
import { WhenBackNote } from './WhenBackNote.tsx';

/** Boots another system beside the instance's own disk, to mend what is on it. */
export function RescueDialog({ instance, onClose }: InstanceFormProps): ReactNode {
  const { t } = useTranslation();
  const [image, setImage] = useState<string | null>(null);
  const whenBack = useHostAway(instance);
  const rescue = useAction(() =>
    call('instance.rescue', { ref: instance.id, whenBack, ...(image !== null && { image }) }),
  );
  const send = async (): Promise<void> => {
    if (await rescue.run()) onClose();
  };
  return (
    <FormDialog
      title={t('instances.form.rescueTitle', { name: instance.name })}
      submit={whenBack ? t('instances.whenBack.confirm') : t('instances.action.rescue')}
      busy={rescue.busy}
      blocked={image === null && instance.imageId === null}
      onSubmit={() => void send()}
      error={rescue.error}
      onClose={onClose}
    >
      <WhenBackNote instance={instance} />
      <Text size="sm">{t('instances.form.rescueText')}</Text>
      <ImageChoice
        label={t('instances.form.rescueImage')}
        description={t('instances.form.rescueImageHint')}
        value={image}
        own={instance.imageName}
        onChange={setImage}
      />
    </FormDialog>
  );
}
