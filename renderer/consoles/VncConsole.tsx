import { Button, Switch, Tooltip } from '@mantine/core';
import RFB from '@novnc/novnc';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { shell } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { ErrorAlert } from '../ui/ErrorAlert.tsx';
import { ConsoleFrame } from './ConsoleFrame.tsx';
import classes from './console.module.css';
import { rfbChannel } from './rfb-channel.ts';
import { typeText } from './type-text.ts';
import { useConsole, type Attach } from './use-console.ts';

/** The guest's screen, keyboard and mouse over VNC. */
export function VncConsole({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const element = useRef<HTMLDivElement>(null);
  const rfb = useRef<RFB | null>(null);
  const [scaled, setScaled] = useState(true);
  const fit = useRef(true);

  const attach = useCallback<Attach>((channel, password, ended) => {
    if (element.current === null) return () => undefined;
    const options = password === null ? {} : { credentials: { password } };
    const opened = new RFB(element.current, rfbChannel(channel, ended), options);
    opened.background = 'transparent';
    opened.scaleViewport = fit.current;
    opened.showDotCursor = true;
    opened.focus({ preventScroll: true });
    rfb.current = opened;
    return () => {
      rfb.current = null;
      opened.disconnect();
    };
  }, []);
  const link = useConsole(instance, 'vnc', attach);

  const scale = (on: boolean): void => {
    setScaled(on);
    fit.current = on;
    if (rfb.current !== null) rfb.current.scaleViewport = on;
  };

  const typing = useRef<AbortController | null>(null);
  useEffect(() => () => typing.current?.abort(), []);
  const type = useAction(async () => {
    const { text } = await shell('shell.readClipboard', {});
    const aborter = new AbortController();
    typing.current = aborter;
    await typeText(text, (keysym, code, down) => rfb.current?.sendKey(keysym, code, down), aborter.signal);
    rfb.current?.focus();
  });
  const open = link.state === 'open';

  return (
    <>
      <ErrorAlert error={type.error} />
      <ConsoleFrame
        instance={instance}
        link={link}
        toolbar={
          <>
            <Switch
              size="xs"
              label={t('consoles.scale')}
              checked={scaled}
              onChange={(event) => scale(event.currentTarget.checked)}
            />
            <Button variant="default" disabled={!open} onClick={() => rfb.current?.sendCtrlAltDel()}>
              {t('consoles.ctrlAltDel')}
            </Button>
            <Tooltip label={t('consoles.typeHint')}>
              <Button variant="default" disabled={!open} loading={type.busy} onClick={() => void type.run()}>
                {t('consoles.type')}
              </Button>
            </Tooltip>
          </>
        }
      >
        <div ref={element} className={classes.display} data-console="vnc" data-scaled={scaled} />
      </ConsoleFrame>
    </>
  );
}
