import { Alert, Checkbox, Select } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import type { InstanceFormProps } from './form-props.ts';

/**
 * Builds an instance of a host that is gone anew on another one. A host that is only out of reach may still run the
 * guest: that it does not is for the person to say.
 */
export function EvacuateDialog({ instance, onClose }: InstanceFormProps): ReactNode {
  const { t } = useTranslation();
  const [host, setHost] = useState<string | null>(null);
  const [isOff, setOff] = useState(false);
  const hosts = useList('hosts')
    .filter(({ id, connection }) => id !== instance.hostId && connection === 'connected')
    .toSorted((a, b) => a.name.localeCompare(b.name));
  const evacuate = useAction(() =>
    call('instance.evacuate', { ref: instance.id, ...(host !== null && { host }) }),
  );
  const send = async (): Promise<void> => {
    if (await evacuate.run()) onClose();
  };
  return (
    <FormDialog
      title={t('instances.form.evacuateTitle', { name: instance.name })}
      submit={t('instances.action.evacuate')}
      busy={evacuate.busy}
      blocked={!isOff}
      onSubmit={() => void send()}
      error={evacuate.error}
      onClose={onClose}
    >
      <Alert color="yellow" variant="light">
        {t('instances.form.evacuateText', { host: instance.hostName })}
      </Alert>
      <Select
        label={t('launch.host')}
        placeholder={t('launch.automatic')}
        data={hosts.map(({ id, name }) => ({ value: id, label: name }))}
        value={host}
        onChange={setHost}
        clearable
      />
      <Checkbox
        label={t('instances.form.evacuateOff', { host: instance.hostName })}
        checked={isOff}
        onChange={(event) => setOff(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
