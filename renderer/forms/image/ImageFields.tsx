import { Group, Input, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody } from '../../../core/contract/index.ts';
import { PairsEditor } from '../../ui/PairsEditor.tsx';
import type { ImageDraft } from './image-draft.ts';
import classes from './image-form.module.css';

interface Props {
  readonly draft: ImageDraft;
  readonly onChange: (patch: Partial<ImageDraft>) => void;
  /** what the last try was refused for */
  readonly error: ErrorBody | null;
  /** the name is what the person begins with */
  readonly nameFirst?: boolean;
}

interface MinimumProps {
  readonly label: string;
  readonly unit: string;
  readonly max: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Minimum({ label, unit, max, value, onChange }: MinimumProps): ReactNode {
  return (
    <NumberInput
      label={label}
      suffix={` ${unit}`}
      min={0}
      max={max}
      allowDecimal={false}
      allowNegative={false}
      value={value}
      // An emptied field says that there is no minimum.
      onChange={(typed) => onChange(typeof typed === 'number' ? typed : 0)}
    />
  );
}

/** What can be said of an image at any time; its content is fixed. */
export function ImageFields({ draft, onChange, error, nameFirst = false }: Props): ReactNode {
  const { t } = useTranslation();
  const wrong = (field: string): string | undefined =>
    error?.field?.startsWith(field) === true ? error.message : undefined;
  return (
    <Stack gap="sm">
      <TextInput
        label={t('images.form.name')}
        maxLength={255}
        data-autofocus={nameFirst || undefined}
        value={draft.name}
        error={wrong('name')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <div>
        <Group gap="sm" grow>
          <Minimum
            label={t('images.form.minDisk')}
            unit="GiB"
            max={1_000_000}
            value={draft.minDisk}
            onChange={(minDisk) => onChange({ minDisk })}
          />
          <Minimum
            label={t('images.form.minRam')}
            unit="MiB"
            max={100_000_000}
            value={draft.minRam}
            onChange={(minRam) => onChange({ minRam })}
          />
        </Group>
        <Text size="xs" c="var(--nova-muted)" mt={4}>
          {t('images.form.minHint')}
        </Text>
      </div>
      <Input.Wrapper
        label={t('images.form.properties')}
        description={t('images.form.propertiesHint')}
        labelElement="div"
      >
        <div className={classes.pairs}>
          <PairsEditor
            pairs={draft.properties}
            error={wrong('properties')}
            onChange={(properties) => onChange({ properties })}
          />
        </div>
      </Input.Wrapper>
    </Stack>
  );
}
