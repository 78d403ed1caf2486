import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActionRecord, Instance } from '../../../core/contract/index.ts';
import { stepsOf, useActions } from '../../components/use-actions.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { StatusBadge, type Tone } from '../../ui/StatusBadge.tsx';
import { Timeline } from '../../ui/Timeline.tsx';
import classes from './instance-page.module.css';

const TONES: Readonly<Record<string, Tone>> = { success: 'ok', error: 'bad', cancelled: 'idle' };

function Action({ action }: { readonly action: ActionRecord }): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  const result = action.result ?? 'running';
  return (
    <div className={classes.action}>
      <Panel
        title={word('action', action.action)}
        aside={
          <Group gap="sm">
            <Text size="xs" c="var(--nova-muted)">
              <RelativeTime at={action.startedAt} /> {t('instances.detail.by', { user: action.user })}
            </Text>
            <StatusBadge tone={TONES[result] ?? 'busy'} label={word('actionResult', result)} />
          </Group>
        }
      >
        {action.message !== null && (
          <Text size="sm" mb="xs">
            {action.message}
          </Text>
        )}
        {action.events.length > 0 && <Timeline steps={stepsOf(action, word)} />}
      </Panel>
    </div>
  );
}

/** Everything that was done to the instance, latest first, each with its steps. */
export function ActionsTab({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const { actions, error, loading } = useActions(instance.id);
  return (
    <div>
      <ErrorAlert error={error} />
      {!loading && actions.length === 0 && error === null && <Text>{t('instances.detail.noActions')}</Text>}
      {actions.map((action) => (
        <Action key={action.requestId} action={action} />
      ))}
    </div>
  );
}
