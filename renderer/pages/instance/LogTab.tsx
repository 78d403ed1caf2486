import { Button, Switch, Text } from '@mantine/core';
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import { useCopy } from '../../components/use-clipboard.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { CopyIcon } from '../../ui/icons.tsx';
import classes from './instance-page.module.css';
import { useConsoleLog } from './use-console-log.ts';

// What a terminal would act on, a page can only leave out: CSI and OSC sequences, and carriage returns.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[\u0000-\u0008\u000b-\u001f]/g;

/** pixels from the end within which the view keeps to the end */
const NEAR = 40;

/** What the guest has written to its serial port, followed while it is shown. */
export function LogTab({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(false);
  const { text, error } = useConsoleLog(instance.id, follow);
  const view = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);

  useLayoutEffect(() => {
    if (view.current !== null && atEnd.current) view.current.scrollTop = view.current.scrollHeight;
  });
  const shown = text?.replaceAll(CONTROL, '') ?? '';
  return (
    <>
      <div className={classes.bar}>
        <Switch
          size="xs"
          label={t('instances.detail.live')}
          checked={follow}
          onChange={(event) => setFollow(event.currentTarget.checked)}
        />
        <Switch
          size="xs"
          label={t('instances.detail.wrap')}
          checked={wrap}
          onChange={(event) => setWrap(event.currentTarget.checked)}
        />
        <Button variant="default" leftSection={<CopyIcon size={13} />} onClick={() => copy(shown)}>
          {t('action.copy')}
        </Button>
      </div>
      <ErrorAlert error={error} />
      {text === '' && <Text c="var(--nova-muted)">{t('instances.detail.logEmpty')}</Text>}
      {shown !== '' && (
        <pre
          ref={view}
          className={`${classes.text} ${classes.dark}`}
          data-log
          data-wrap={wrap || undefined}
          onScroll={({ currentTarget }) => {
            const left = currentTarget.scrollHeight - currentTarget.scrollTop - currentTarget.clientHeight;
            atEnd.current = left < NEAR;
          }}
        >
          {shown}
        </pre>
      )}
    </>
  );
}
