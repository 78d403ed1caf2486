import { NumberInput, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useNova } from '../../stores/nova.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Backups } from './Backups.tsx';

interface AmountProps {
  readonly label: string;
  readonly description: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}

/** A number that is stored when the field is left. */
function Amount({ value, onChange, ...field }: AmountProps): ReactNode {
  return (
    <NumberInput
      {...field}
      key={value}
      maw={360}
      allowDecimal={false}
      clampBehavior="blur"
      defaultValue={value}
      onBlur={(event) => {
        const next = Number(event.currentTarget.value);
        if (Number.isInteger(next) && next >= field.min && next <= field.max && next !== value)
          onChange(next);
      }}
    />
  );
}

const MINUTE = 60;

/** What holds for all of Micronova, and the copies of its database. */
export function SettingsPage(): ReactNode {
  const { t } = useTranslation();
  const settings = useNova((state) => state.settings);
  const change = useAction((patch: Input<'settings.set'>) => call('settings.set', patch));
  if (settings === null) return null;
  return (
    <>
      <PageHeader title={t('app.settings')} />
      <Stack gap="md" maw={860}>
        <ErrorAlert error={change.error} />
        <Panel title={t('settings.hosts')}>
          <Stack gap="sm">
            <Amount
              label={t('settings.reclaim')}
              description={t('settings.reclaimHint')}
              min={1}
              max={525_600}
              value={Math.max(1, Math.round(settings.reclaimInterval / MINUTE))}
              onChange={(minutes) => void change.run({ reclaimInterval: minutes * MINUTE })}
            />
            <Amount
              label={t('settings.linkTimeout')}
              description={t('settings.linkTimeoutHint')}
              min={1}
              max={600}
              value={Math.round(settings.linkTimeout / 1000)}
              onChange={(seconds) => void change.run({ linkTimeout: seconds * 1000 })}
            />
          </Stack>
        </Panel>
        <Backups
          kept={
            <Amount
              label={t('settings.backupsKept')}
              description={t('settings.backupsKeptHint')}
              min={1}
              max={365}
              value={settings.backupsKept}
              onChange={(backupsKept) => void change.run({ backupsKept })}
            />
          }
        />
      </Stack>
    </>
  );
}
