import { MultiSelect } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { FileField } from './FileField.tsx';
import { createRequest, emptyImageDraft, withFile, type ImageDraft, type ImageFile } from './image-draft.ts';
import { ImageFields } from './ImageFields.tsx';

interface HostsProps {
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
}

function HostsField({ value, onChange }: HostsProps): ReactNode {
  const { t } = useTranslation();
  const hosts = useList('hosts').toSorted((a, b) => a.name.localeCompare(b.name));
  if (hosts.length === 0) return null;
  return (
    <MultiSelect
      label={t('images.form.hosts')}
      description={t('images.form.hostsHint')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      placeholder={value.length === 0 ? t('images.form.hostsLater') : ''}
      data={hosts.map((host) => ({
        value: host.id,
        label:
          host.connection === 'connected'
            ? host.name
            : t('images.form.hostAway', {
                host: host.name,
                state: t(`hypervisors.connection.${host.connection}`),
              }),
      }))}
      value={[...value]}
      onChange={onChange}
      clearable
    />
  );
}

/** Makes an image from a file on this computer. The file is looked at before anything is copied. */
export function CreateImageDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [file, setFile] = useState<ImageFile | null>(null);
  const [draft, setDraft] = useState<ImageDraft>(emptyImageDraft);
  const [hosts, setHosts] = useState<readonly string[]>([]);
  const create = useAction(
    async () => file !== null && call('image.create', createRequest(draft, file, hosts)),
  );
  const submit = async (): Promise<void> => {
    if (await create.run()) onClose();
  };
  return (
    <FormDialog
      title={t('images.form.createTitle')}
      size={600}
      submit={t('action.create')}
      busy={create.busy}
      blocked={file === null || draft.name.trim() === ''}
      onSubmit={() => void submit()}
      error={create.error}
      onClose={onClose}
    >
      <FileField
        file={file}
        error={create.error}
        onFile={(picked) => {
          create.clear();
          setFile(picked);
          setDraft((before) => withFile(before, file, picked));
        }}
      />
      <ImageFields
        draft={draft}
        error={create.error}
        onChange={(patch) => setDraft((before) => ({ ...before, ...patch }))}
      />
      <HostsField value={hosts} onChange={setHosts} />
    </FormDialog>
  );
}
