import { Alert, Radio, Stack } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import type { InstanceFormProps } from './form-props.ts';

const STATES = ['active', 'error'] as const;
type State = (typeof STATES)[number];

/** Sets the state by hand, when what Micronova believes is wrong and it cannot find out by itself. */
export function ResetStateDialog({ instance, onClose }: InstanceFormProps): ReactNode {
  const { t } = useTranslation();
  const [state, setState] = useState<State>('active');
  const reset = useAction(() => call('instance.resetState', { ref: instance.id, state }));
  const send = async (): Promise<void> => {
    if (await reset.run()) onClose();
  };
  return (
    <FormDialog
      title={t('instances.form.resetTitle', { name: instance.name })}
      submit={t('instances.action.reset_state')}
      busy={reset.busy}
      onSubmit={() => void send()}
      error={reset.error}
      onClose={onClose}
    >
      <Alert color="yellow" variant="light">
        {t('instances.form.resetText')}
      </Alert>
      <Radio.Group
        label={t('instances.form.resetState')}
        value={state}
        onChange={(value) => setState(STATES.find((each) => each === value) ?? 'active')}
      >
        <Stack gap={6} mt={6}>
          {STATES.map((each) => (
            <Radio key={each} value={each} label={t(`words.vmState.${each}`)} />
          ))}
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}
