import { Button, Loader, Stack } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostAddress, HostTest } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { addressOf, emptyHostDraft, nameOf, type HostDraft, type Secrets } from './host-draft.ts';
import classes from './host-test.module.css';
import { HostFields } from './HostFields.tsx';
import { HostQuestions } from './HostQuestions.tsx';
import { HostTestView } from './HostTestView.tsx';
import { refusedKey } from './refused-key.ts';

const NEEDS = ['needLibvirt', 'needSsh', 'needUser', 'needNothing'] as const;

interface Way {
  readonly address: HostAddress;
  readonly secrets?: Secrets;
  readonly acceptHostKey?: string;
}

function wayOf(address: HostAddress, secrets: Secrets, acceptHostKey: string | undefined): Way {
  const typed = secrets.password !== undefined || secrets.passphrase !== undefined;
  return { address, ...(typed && { secrets }), ...(acceptHostKey !== undefined && { acceptHostKey }) };
}

/** What a host must have, told before anything is tried. */
function Needs(): ReactNode {
  const { t } = useTranslation();
  return (
    <Panel title={t('hypervisors.form.needs')}>
      <ul className={classes.needs}>
        {NEEDS.map((need) => (
          <li key={need}>{t(`hypervisors.form.${need}`)}</li>
        ))}
      </ul>
    </Panel>
  );
}

/** Asks where a host is, tests the way to it before the person's eyes, and adds it when the way is free. */
export function AddHostDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const localFree = !useList('hosts').some((host) => host.address.kind === 'local');
  const [draft, setDraft] = useState<HostDraft>(emptyHostDraft);
  const [test, setTest] = useState<HostTest | null>(null);
  const [secrets, setSecrets] = useState<Secrets>({});
  const [accepted, setAccepted] = useState<string>();
  const address = addressOf(draft);

  const change = (patch: Partial<HostDraft>): void => {
    setDraft((before) => ({ ...before, ...patch }));
    // Another way in: what was said about the last one does not count for it.
    if (Object.keys(patch).some((field) => field !== 'name')) {
      setTest(null);
      setAccepted(undefined);
    }
  };
  const probe = useAction(async (fingerprint?: string) => {
    if (address !== null) setTest(await call('host.test', wayOf(address, secrets, fingerprint)));
  });
  const add = useAction(async (force: boolean, fingerprint?: string) => {
    if (address === null) return;
    const way = wayOf(address, secrets, fingerprint ?? accepted);
    const answer = await call('host.add', { name: nameOf(draft), ...way, force });
    setTest(answer.test);
    if (answer.host !== null) onClose();
  });
  const busy = probe.busy || add.busy;
  // A host whose key is refused is not added in any way.
  const refused = test !== null && refusedKey(test) !== null;
  const asked = test !== null && (test.unknownHostKey !== null || test.needs !== null);
  const failed = test !== null && !test.ok && !asked && !refused;

  return (
    <FormDialog
      title={t('hypervisors.form.addTitle')}
      size={900}
      submit={t('hypervisors.form.add')}
      busy={add.busy}
      blocked={address === null || refused}
      actions={
        <>
          <Button
            variant="default"
            size="sm"
            disabled={address === null || busy}
            onClick={() => void probe.run(accepted)}
          >
            {test === null ? t('hypervisors.form.test') : t('hypervisors.form.testAgain')}
          </Button>
          {failed && (
            <Button variant="default" size="sm" disabled={busy} onClick={() => void add.run(true)}>
              {t('hypervisors.form.addAnyway')}
            </Button>
          )}
        </>
      }
      onSubmit={() => void add.run(false)}
      error={add.error ?? probe.error}
      onClose={onClose}
    >
      <div className={classes.columns}>
        <HostFields draft={draft} onChange={change} error={add.error ?? probe.error} localFree={localFree} />
        <Stack gap="sm">
          {busy && <Loader size="sm" />}
          {test === null && !busy && <Needs />}
          {test !== null && (
            <>
              <HostQuestions
                test={test}
                secrets={secrets}
                onSecrets={setSecrets}
                busy={busy}
                onAcceptKey={(fingerprint) => {
                  setAccepted(fingerprint);
                  void add.run(false, fingerprint);
                }}
              />
              <HostTestView test={test} />
            </>
          )}
        </Stack>
      </div>
    </FormDialog>
  );
}
