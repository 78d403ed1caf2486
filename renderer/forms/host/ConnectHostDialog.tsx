import { Button, Group, Loader, Modal, Stack } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, HostTest } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import type { Secrets } from './host-draft.ts';
import { HostQuestions } from './HostQuestions.tsx';
import { HostTestView } from './HostTestView.tsx';

interface Props {
  readonly host: Host;
  readonly onClose: () => void;
}

/** Tests the way to a stored host, asks what the way needs a person for, and connects. */
export function ConnectHostDialog({ host, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const [test, setTest] = useState<HostTest | null>(null);
  const [secrets, setSecrets] = useState<Secrets>({});
  const typed = secrets.password !== undefined || secrets.passphrase !== undefined;
  const given = typed ? { secrets } : {};

  const probe = useAction(async (acceptHostKey?: string) => {
    const accept = acceptHostKey === undefined ? {} : { acceptHostKey };
    setTest(await call('host.test', { ref: host.id, ...given, ...accept }));
  });
  const connect = useAction(() => call('host.connect', { ref: host.id, ...given }));
  const { run } = probe;
  useEffect(() => void run(), [run]);

  const submit = async (): Promise<void> => {
    if (await connect.run()) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t('hypervisors.form.connectTitle', { name: host.name })} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void (test?.ok === true ? submit() : probe.run());
        }}
      >
        <Stack gap="md">
          {probe.busy && <Loader size="sm" />}
          {test !== null && (
            <>
              <HostQuestions
                test={test}
                secrets={secrets}
                onSecrets={setSecrets}
                busy={probe.busy}
                onAcceptKey={(fingerprint) => void probe.run(fingerprint)}
              />
              <HostTestView test={test} />
            </>
          )}
          <ErrorAlert error={probe.error ?? connect.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('action.close')}
            </Button>
            <Button variant="default" loading={probe.busy} onClick={() => void probe.run()}>
              {t('hypervisors.form.testAgain')}
            </Button>
            {host.connection !== 'connected' && (
              <Button loading={connect.busy} disabled={test?.ok !== true} onClick={() => void submit()}>
                {t('hypervisors.form.connect')}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
