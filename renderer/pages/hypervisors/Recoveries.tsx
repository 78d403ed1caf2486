import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Recovery } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useQuery } from '../../api/use-query.ts';
import { useNova } from '../../stores/nova.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { Panel } from '../../ui/Panel.tsx';
import classes from './hypervisors.module.css';

interface DialogProps {
  readonly recovery: Recovery;
  readonly onClose: () => void;
}

function RecoveryDialog({ recovery, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation();
  const run = useAction(() => call('recovery.run', { controlId: recovery.controlId }));
  const submit = async (): Promise<void> => {
    if (await run.run()) onClose();
  };
  return (
    <FormDialog
      title={t('recovery.title', { name: recovery.controlName })}
      submit={t('recovery.submit', { count: recovery.instances.length })}
      busy={run.busy}
      onSubmit={() => void submit()}
      error={run.error}
      onClose={onClose}
    >
      <Text size="sm">{recovery.own ? t('recovery.ownText') : t('recovery.otherText')}</Text>
      <List size="sm" spacing={2}>
        {recovery.instances.map((instance) => (
          <List.Item key={`${instance.hostId} ${instance.id}`}>
            {instance.name}
            <Text span size="xs" c="var(--nova-muted)">
              {` · ${instance.flavorName} · ${instance.hostName}`}
            </Text>
          </List.Item>
        ))}
      </List>
    </FormDialog>
  );
}

/**
 * Offers to rebuild what a lost database held, from the marks that its domains carry. Another Micronova that lives looks
 * the same from here, so the person decides.
 */
export function Recoveries(): ReactNode {
  const { t } = useTranslation();
  const changes = useNova((state) => state.foreignGuests);
  const hosts = useNova((state) => state.hosts.items.size);
  const { data = [], error } = useQuery('recovery.list', {}, `${hosts} ${[...changes.values()].join(' ')}`);
  const [asked, setAsked] = useState<Recovery | null>(null);
  if (data.length === 0) return <ErrorAlert error={error} />;
  return (
    <section className={classes.foreign}>
      <Stack gap="sm">
        {data.map((recovery) => (
          <Panel key={recovery.controlId}>
            <Group justify="space-between" wrap="nowrap">
              <div>
                <Text size="sm" fw={600}>
                  {recovery.own
                    ? t('recovery.own', { count: recovery.instances.length })
                    : t('recovery.other', { count: recovery.instances.length, name: recovery.controlName })}
                </Text>
                <Text size="xs" c="var(--nova-muted)">
                  {t('recovery.hint')}
                </Text>
              </div>
              <Button variant="default" onClick={() => setAsked(recovery)}>
                {t('recovery.ask')}
              </Button>
            </Group>
          </Panel>
        ))}
      </Stack>
      {asked && <RecoveryDialog recovery={asked} onClose={() => setAsked(null)} />}
    </section>
  );
}
