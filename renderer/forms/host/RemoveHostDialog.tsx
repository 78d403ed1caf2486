import { Checkbox } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

interface Props {
  readonly host: Host;
  readonly onClose: () => void;
}

export function RemoveHostDialog({ host, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const count = useList('instances').filter((instance) => instance.hostId === host.id).length;
  const [force, setForce] = useState(false);
  const remove = useAction(() => call('host.remove', { ref: host.id, force }));
  const confirm = async (): Promise<void> => {
    if (await remove.run()) onClose();
  };
  return (
    <ConfirmDialog
      opened
      danger
      title={t('hypervisors.removeTitle', { name: host.name })}
      text={t('hypervisors.removeText')}
      confirm={t('action.remove')}
      busy={remove.busy}
      error={remove.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {count > 0 && (
        <Checkbox
          label={t('hypervisors.removeForce', { count })}
          checked={force}
          onChange={(event) => setForce(event.currentTarget.checked)}
        />
      )}
    </ConfirmDialog>
  );
}
