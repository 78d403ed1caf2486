import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import { useHostAway } from '../../components/instance-status.tsx';

/** Says that the action will wait, where the instance's host is away. */
export function WhenBackNote({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  if (!useHostAway(instance)) return null;
  return (
    <Alert color="yellow" variant="light">
      {t('instances.whenBack.text', { hosts: instance.hostName })}
    </Alert>
  );
}
