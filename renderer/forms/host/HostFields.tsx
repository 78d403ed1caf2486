import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  SegmentedControl,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody } from '../../../core/contract/index.ts';
import { shell } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { Disclosure } from '../../ui/Disclosure.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { nameOf, type HostDraft } from './host-draft.ts';

interface Props {
  readonly draft: HostDraft;
  readonly onChange: (patch: Partial<HostDraft>) => void;
  readonly error: ErrorBody | null;
  /** this computer has no host yet, so it may be offered */
  readonly localFree: boolean;
}

function KeyFiles({ draft, onChange }: Pick<Props, 'draft' | 'onChange'>): ReactNode {
  const { t } = useTranslation();
  const pick = useAction(async () => {
    const picked = await shell('shell.pickIdentity', {});
    if (picked === null || draft.identityFiles.includes(picked.path)) return;
    onChange({ identityFiles: [...draft.identityFiles, picked.path] });
  });
  return (
    <>
      <TagsInput
        label={t('hypervisors.form.key')}
        description={t('hypervisors.form.keyHint')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        placeholder={draft.identityFiles.length === 0 ? t('hypervisors.form.keyFile') : ''}
        value={[...draft.identityFiles]}
        // A path may hold a comma.
        splitChars={[]}
        onChange={(identityFiles) => onChange({ identityFiles })}
        rightSectionWidth={126}
        rightSection={
          <Button variant="subtle" size="compact-xs" onClick={() => void pick.run()}>
            {t('action.choose')}
          </Button>
        }
      />
      <ErrorAlert error={pick.error} />
    </>
  );
}

function More({ draft, onChange }: Pick<Props, 'draft' | 'onChange'>): ReactNode {
  const { t } = useTranslation();
  return (
    <Disclosure label={t('hypervisors.form.more')}>
      <Checkbox
        label={t('hypervisors.form.agent')}
        checked={draft.useAgent}
        onChange={(event) => onChange({ useAgent: event.currentTarget.checked })}
      />
      <TagsInput
        label={t('hypervisors.form.jumps')}
        description={t('hypervisors.form.jumpsHint')}
        value={[...draft.jumps]}
        onChange={(jumps) => onChange({ jumps })}
      />
      <TextInput
        label={t('hypervisors.form.socket')}
        description={t('hypervisors.form.socketHint')}
        placeholder="/run/libvirt/libvirt-sock"
        value={draft.socket}
        onChange={(event) => onChange({ socket: event.currentTarget.value })}
      />
    </Disclosure>
  );
}

/** Where a host is and how to get in. */
export function HostFields({ draft, onChange, error, localFree }: Props): ReactNode {
  const { t } = useTranslation();
  const wrong = (field: string): string | undefined =>
    error?.field?.startsWith(field) === true ? error.message : undefined;
  return (
    <Stack gap="sm">
      {localFree && (
        <SegmentedControl
          aria-label={t('hypervisors.form.kind')}
          value={draft.kind}
          onChange={(kind) => onChange({ kind: kind === 'local' ? 'local' : 'ssh' })}
          data={[
            { value: 'ssh', label: t('hypervisors.form.ssh') },
            { value: 'local', label: t('hypervisors.form.local') },
          ]}
        />
      )}
      {draft.kind === 'ssh' && (
        <>
          <TextInput
            label={t('hypervisors.form.address')}
            description={t('hypervisors.form.addressHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            data-autofocus
            value={draft.address}
            error={wrong('address')}
            onChange={(event) => onChange({ address: event.currentTarget.value })}
          />
          <Group gap="sm" grow align="flex-start" preventGrowOverflow={false}>
            <TextInput
              label={t('hypervisors.form.user')}
              placeholder={t('hypervisors.form.userDefault')}
              description={t('hypervisors.form.userHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={draft.user}
              onChange={(event) => onChange({ user: event.currentTarget.value })}
            />
            <NumberInput
              label={t('hypervisors.form.port')}
              placeholder="22"
              min={1}
              max={65_535}
              allowDecimal={false}
              hideControls
              maw={110}
              value={draft.port ?? ''}
              onChange={(port) => onChange({ port: typeof port === 'number' ? port : null })}
            />
          </Group>
          <KeyFiles draft={draft} onChange={onChange} />
        </>
      )}
      <TextInput
        label={t('hypervisors.form.name')}
        placeholder={nameOf({ ...draft, name: '' })}
        value={draft.name}
        error={wrong('name')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      {draft.kind === 'ssh' && <More draft={draft} onChange={onChange} />}
    </Stack>
  );
}
