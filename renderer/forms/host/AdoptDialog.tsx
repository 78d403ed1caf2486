import { Select, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ForeignGuest } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useList } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';

interface Props {
  readonly guest: ForeignGuest;
  readonly onClose: () => void;
}

/** Brings a guest under management, as it is and while it runs. */
export function AdoptDialog({ guest, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const projects = useList('projects');
  const flavors = useList('flavors').filter(({ vcpus, ram }) => vcpus === guest.vcpus && ram === guest.ram);
  const [name, setName] = useState(guest.name);
  const [flavor, setFlavor] = useState<string | null>(null);
  const [project, setProject] = useState<string | null>(null);
  const adopt = useAction(() =>
    call('guest.adopt', {
      host: guest.hostId,
      uuid: guest.uuid,
      name: name.trim(),
      ...(flavor !== null && { flavor }),
      ...(project !== null && { project }),
    }),
  );
  const submit = async (): Promise<void> => {
    if (await adopt.run()) onClose();
  };
  return (
    <FormDialog
      title={t('hypervisors.adopt.title', { name: guest.name })}
      submit={t('hypervisors.adopt.submit')}
      busy={adopt.busy}
      blocked={name.trim() === ''}
      onSubmit={() => void submit()}
      error={adopt.error}
      onClose={onClose}
    >
      <Text size="sm">{t('hypervisors.adopt.text')}</Text>
      <TextInput
        label={t('instances.form.name')}
        value={name}
        maxLength={255}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t('launch.flavor')}
        placeholder={t('hypervisors.adopt.flavorAuto')}
        data={flavors.map((each) => ({ value: each.id, label: each.name }))}
        value={flavor}
        onChange={setFlavor}
        clearable
      />
      {projects.length > 1 && (
        <Select
          label={t('scheduling.project')}
          placeholder="admin"
          data={projects.map((each) => ({ value: each.id, label: each.name, disabled: !each.enabled }))}
          value={project}
          onChange={setProject}
          clearable
        />
      )}
    </FormDialog>
  );
}
