import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  /** what has to be typed */
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Has a person type the name of what is about to be lost. */
export function TypedName({ name, value, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <TextInput
      label={t('form.typeName', { name })}
      value={value}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
