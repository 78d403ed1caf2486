import { ActionIcon, Button, Group, Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CloseIcon, PlusIcon } from './icons.tsx';

export interface Pair {
  /** stays the same while its text is edited */
  readonly id: number;
  readonly key: string;
  readonly value: string;
}

let lastId = 0;

export function toPairs(record: Readonly<Record<string, string>>): Pair[] {
  return Object.entries(record).map(([key, value]) => {
    lastId += 1;
    return { id: lastId, key, value };
  });
}

/** Pairs without a key are not there yet. */
export function fromPairs(pairs: readonly Pair[]): Record<string, string> {
  const named = pairs.filter(({ key }) => key.trim() !== '');
  return Object.fromEntries(named.map(({ key, value }) => [key.trim(), value]));
}

interface Props {
  readonly pairs: readonly Pair[];
  readonly onChange: (pairs: readonly Pair[]) => void;
  readonly error?: string | undefined;
}

/** Free keys and values: metadata, properties, extra specs. */
export function PairsEditor({ pairs, onChange, error }: Props): ReactNode {
  const { t } = useTranslation();
  const edit = (id: number, patch: Partial<Pair>): void =>
    onChange(pairs.map((pair) => (pair.id === id ? { ...pair, ...patch } : pair)));
  return (
    <Stack gap={6}>
      {pairs.map((pair) => (
        <Group key={pair.id} gap={6} wrap="nowrap">
          <TextInput
            flex={1}
            size="xs"
            placeholder={t('form.key')}
            aria-label={t('form.key')}
            value={pair.key}
            error={error !== undefined}
            onChange={(event) => edit(pair.id, { key: event.currentTarget.value })}
          />
          <TextInput
            flex={1}
            size="xs"
            placeholder={t('form.value')}
            aria-label={t('form.value')}
            value={pair.value}
            onChange={(event) => edit(pair.id, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('form.removePair')}
            onClick={() => onChange(pairs.filter(({ id }) => id !== pair.id))}
          >
            <CloseIcon size={12} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="subtle"
        size="compact-xs"
        w="fit-content"
        leftSection={<PlusIcon size={12} />}
        onClick={() => {
          lastId += 1;
          onChange([...pairs, { id: lastId, key: '', value: '' }]);
        }}
      >
        {t('form.addPair')}
      </Button>
    </Stack>
  );
}
