import { Checkbox, NumberInput, SimpleGrid, Text, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody } from '../../../core/contract/index.ts';
import { PairsEditor } from '../../ui/PairsEditor.tsx';
import type { FlavorDraft } from './flavor-draft.ts';

interface Props {
  readonly draft: FlavorDraft;
  readonly onChange: (patch: Partial<FlavorDraft>) => void;
  readonly error: ErrorBody | null;
}

interface AmountProps {
  readonly label: string;
  readonly unit: string;
  readonly min: number;
  readonly value: number;
  readonly hint?: string;
  readonly onChange: (value: number) => void;
}

function Amount({ label, unit, min, value, hint, onChange }: AmountProps): ReactNode {
  return (
    <NumberInput
      label={label}
      description={hint}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      suffix={unit}
      min={min}
      allowDecimal={false}
      value={value}
      onChange={(next) => typeof next === 'number' && onChange(next)}
    />
  );
}

/** A flavor's name and size; neither changes later. */
export function FlavorSize({ draft, onChange, error }: Props): ReactNode {
  const { t } = useTranslation();
  const wrong = (field: string): string | null => (error?.field === field ? error.message : null);
  return (
    <>
      <SimpleGrid cols={2} spacing="sm">
        <TextInput
          label={t('flavors.form.name')}
          data-autofocus
          value={draft.name}
          error={wrong('name')}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <TextInput
          label={t('flavors.form.id')}
          placeholder={t('flavors.form.idHint')}
          value={draft.id}
          error={wrong('id')}
          onChange={(event) => onChange({ id: event.currentTarget.value })}
        />
      </SimpleGrid>
      <SimpleGrid cols={3} spacing="sm">
        <Amount
          label={t('flavors.form.vcpus')}
          unit=""
          min={1}
          value={draft.vcpus}
          onChange={(vcpus) => onChange({ vcpus })}
        />
        <Amount
          label={t('flavors.form.ram')}
          unit=" MiB"
          min={1}
          value={draft.ram}
          onChange={(ram) => onChange({ ram })}
        />
        <Amount
          label={t('flavors.form.disk')}
          unit=" GiB"
          min={0}
          hint={t('flavors.form.diskHint')}
          value={draft.disk}
          onChange={(disk) => onChange({ disk })}
        />
        <Amount
          label={t('flavors.form.ephemeral')}
          unit=" GiB"
          min={0}
          value={draft.ephemeral}
          onChange={(ephemeral) => onChange({ ephemeral })}
        />
        <Amount
          label={t('flavors.form.swap')}
          unit=" MiB"
          min={0}
          value={draft.swap}
          onChange={(swap) => onChange({ swap })}
        />
      </SimpleGrid>
      <Checkbox
        label={t('flavors.form.public')}
        checked={draft.isPublic}
        onChange={(event) => onChange({ isPublic: event.currentTarget.checked })}
      />
    </>
  );
}

/** What may be changed at any time. */
export function FlavorNotes({ draft, onChange, error }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Textarea
        label={t('flavors.form.description')}
        autosize
        minRows={1}
        maxRows={5}
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <div>
        <Text size="sm" fw={500}>
          {t('flavors.form.specs')}
        </Text>
        <Text size="xs" c="var(--nova-muted)" mb={6}>
          {t('flavors.form.specsHint')}
        </Text>
        <PairsEditor
          pairs={draft.extraSpecs}
          error={error?.field?.startsWith('extraSpecs') === true ? error.message : undefined}
          onChange={(extraSpecs) => onChange({ extraSpecs })}
        />
      </div>
    </>
  );
}
