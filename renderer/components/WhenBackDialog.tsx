import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { useAction } from '../api/use-action.ts';
import { useList } from '../stores/nova.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { type LifeAction, perform } from './instance-actions.ts';

export interface Waiting {
  readonly action: LifeAction;
  readonly instances: readonly Instance[];
}

interface Props {
  readonly waiting: Waiting;
  readonly onClose: () => void;
}

/** Offers to do it when the host is back, where the host of an instance is away now. */
export function WhenBackDialog({ waiting, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const hosts = useList('hosts');
  const act = useAction(() => perform(waiting.action, waiting.instances, true));
  const [first, ...others] = waiting.instances;
  const away = hosts.filter(
    (host) => host.connection !== 'connected' && waiting.instances.some((each) => each.hostId === host.id),
  );
  const action = t(`instances.action.${waiting.action}`);
  const confirm = async (): Promise<void> => {
    if (await act.run()) onClose();
  };
  return (
    <ConfirmDialog
      opened
      title={
        others.length === 0
          ? t('instances.whenBack.oneTitle', { action, name: first?.name })
          : t('instances.whenBack.manyTitle', { action, count: waiting.instances.length })
      }
      text={t('instances.whenBack.text', { hosts: away.map((host) => host.name).join(', ') })}
      confirm={t('instances.whenBack.confirm')}
      busy={act.busy}
      error={act.error}
      onClose={onClose}
      onConfirm={() => void confirm()}
    />
  );
}
