import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForeignGuest } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { TypedName } from '../../components/TypedName.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

interface Props {
  readonly guest: ForeignGuest;
  readonly onClose: () => void;
}

/** Takes an instance away from another Micronova: grave, so its name has to be typed. */
export function TakeOverDialog({ guest, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const name = guest.owner?.instanceName ?? guest.name;
  const take = useAction(() => call('guest.takeOver', { host: guest.hostId, uuid: guest.uuid }));
  const confirm = async (): Promise<void> => {
    if (await take.run()) onClose();
  };
  return (
    <ConfirmDialog
      opened
      danger
      title={t('hypervisors.takeOver.title', { name })}
      text={t('hypervisors.takeOver.text', { owner: guest.owner?.controlName })}
      confirm={t('hypervisors.takeOver.submit')}
      busy={take.busy}
      blocked={typed !== name}
      error={take.error}
      onClose={onClose}
      onConfirm={() => void confirm()}
    >
      <TypedName name={name} value={typed} onChange={setTyped} />
    </ConfirmDialog>
  );
}
