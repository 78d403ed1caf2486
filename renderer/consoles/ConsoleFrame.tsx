import { ActionIcon, Button, Group, Loader, Stack, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { call } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { useRefusal } from '../components/use-refusal.ts';
import { ErrorAlert } from '../ui/ErrorAlert.tsx';
import { ExpandIcon } from '../ui/icons.tsx';
import classes from './console.module.css';
import type { ConsoleLink } from './use-console.ts';
import { useFullScreen } from './use-full-screen.ts';

interface Props {
  readonly instance: Instance;
  readonly link: ConsoleLink;
  /** the tools of this kind of console */
  readonly toolbar: ReactNode;
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
export function ConsoleFrame({ instance, link, toolbar, children }: Props): ReactNode {
  const { t } = useTranslation();
  const { full, toggle } = useFullScreen();
  const { state, error, reconnect } = link;
  return (
    <div className={classes.frame} data-full={full || undefined} data-state={state}>
      <Group className={classes.toolbar} gap="xs" wrap="nowrap">
        <Text size="xs" c="var(--nova-muted)" role="status">
          {t(`consoles.state.${state}`)}
        </Text>
        <Group gap={6} ml="auto" wrap="nowrap">
          {toolbar}
          <Tooltip label={full ? t('consoles.leaveFull') : t('consoles.full')}>
            <ActionIcon variant="default" aria-label={t('consoles.full')} onClick={toggle}>
              <ExpandIcon />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <div className={classes.screen}>
        {children}
        {state !== 'open' && (
          <div className={classes.cover}>
            {state === 'off' && <Off instance={instance} />}
            {state === 'connecting' && <Loader size="sm" />}
            {state === 'ended' && (
              <Stack align="center" gap="sm" maw={520}>
                <Text>{t('consoles.ended')}</Text>
                <ErrorAlert error={error} />
                <Button variant="default" onClick={reconnect}>
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
