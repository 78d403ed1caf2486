import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody, Instance } from '../../core/contract/index.ts';
import { call } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { useRefusal } from '../components/use-refusal.ts';
import { ErrorAlert } from '../ui/ErrorAlert.tsx';
import classes from './console.module.css';
import type { ConsoleState } from './use-console.ts';

interface Props {
  readonly instance: Instance;
  readonly state: ConsoleState;
  readonly error: ErrorBody | null;
  readonly onReconnect: () => void;
  readonly toolbar: ReactNode;
  readonly full: boolean;
  readonly children: ReactNode;
}

function Off({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const refusal = useRefusal()('start', instance);
  const start = useAction(() => call('instance.start', { ref: instance.id }));
  return (
    <Stack align="center" gap="sm">
      <Text>{t('consoles.off')}</Text>
      {refusal === null && (
        <Button loading={start.busy} onClick={() => void start.run()}>
          {t('instances.action.start')}
        </Button>
      )}
      <ErrorAlert error={start.error} />
    </Stack>
  );
}

/** The frame around a serial console or a display: its tools, and what stands in place of a picture while there is none. */
export function ConsoleFrame(props: Props): ReactNode {
  const { t } = useTranslation();
  const { instance, state, error, onReconnect } = props;
  return (
    <div className={classes.frame} data-full={props.full || undefined} data-state={state}>
      <Group className={classes.toolbar} gap="xs" wrap="nowrap">
        <Text size="xs" c="var(--nova-muted)" role="status">
          {t(`consoles.state.${state}`)}
        </Text>
        <Group gap={6} ml="auto" wrap="nowrap">
          {props.toolbar}
        </Group>
      </Group>
      <div className={classes.screen}>
        {props.children}
        {state !== 'open' && (
          <div className={classes.cover}>
            {state === 'off' && <Off instance={instance} />}
            {state === 'connecting' && <Loader size="sm" />}
            {state === 'ended' && (
              <Stack align="center" gap="sm" maw={520}>
                <Text>{t('consoles.ended')}</Text>
                <ErrorAlert error={error} />
                <Button variant="default" onClick={onReconnect}>
                  {t('consoles.reconnect')}
                </Button>
              </Stack>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
