import { Select, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useWords } from '../../i18n/use-words.ts';
import { useList } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';

/** An instant as the field for it wants it: local time, without seconds. */
export function toLocalInput(iso: string | null): string {
  if (iso === null) return '';
  const at = new Date(iso);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** @returns null for an empty field: no limit */
export function fromLocalInput(text: string): string | null {
  return text === '' ? null : new Date(text).toISOString();
}

interface ParameterProps {
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Parameter({ name, value, onChange }: ParameterProps): ReactNode {
  const { t } = useTranslation();
  const images = useList('images');
  const choices: Readonly<Record<string, { value: string; label: string }[]>> = {
    type: [
      { value: 'soft', label: t('instances.action.reboot') },
      { value: 'hard', label: t('instances.action.reboot_hard') },
    ],
    image: images.map((image) => ({ value: image.id, label: image.name })),
  };
  const data = choices[name];
  if (data === undefined)
    return <TextInput label={name} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
  return (
    <Select
      label={name === 'type' ? t('activity.parameter.type') : t('activity.parameter.image')}
      data={data}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => chosen !== null && onChange(chosen)}
    />
  );
}

/** Changes what waits for its host: how long it waits, and how it is done. */
export function WaitingTaskDialog({
  task,
  onClose,
}: {
  readonly task: Task;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const [expires, setExpires] = useState(toLocalInput(task.expiresAt));
  const [parameters, setParameters] = useState(task.parameters);
  const change = useAction(() =>
    call('task.set', { id: task.id, expiresAt: fromLocalInput(expires), parameters }),
  );
  const save = async (): Promise<void> => {
    if (await change.run()) onClose();
  };
  return (
    <FormDialog
      title={t('activity.editTitle', { task: `${word('task', task.kind)}: ${task.subject}` })}
      submit={t('action.save')}
      busy={change.busy}
      onSubmit={() => void save()}
      error={change.error}
      onClose={onClose}
    >
      {Object.entries(parameters).map(([name, value]) => (
        <Parameter
          key={name}
          name={name}
          value={value}
          onChange={(next) => setParameters((before) => ({ ...before, [name]: next }))}
        />
      ))}
      <TextInput
        type="datetime-local"
        label={t('activity.expires')}
        description={t('activity.expiresHint')}
        value={expires}
        onChange={(event) => setExpires(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
