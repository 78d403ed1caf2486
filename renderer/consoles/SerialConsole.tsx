// oxlint-disable-next-line import/no-unassigned-import -- a style sheet
import '@xterm/xterm/css/xterm.css';
import { Button, TextInput } from '@mantine/core';
import type { Terminal } from '@xterm/xterm';
import { useCallback, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { call, shell } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { ErrorAlert } from '../ui/ErrorAlert.tsx';
import { SearchIcon } from '../ui/icons.tsx';
import { ConsoleFrame } from './ConsoleFrame.tsx';
import classes from './console.module.css';
import { openTerminal, type ScreenTerminal } from './terminal.ts';
import { useConsole, type Attach } from './use-console.ts';

const encoder = new TextEncoder();
const HISTORY_LINES = 100;

/** The end of the console log, so that a guest which waits for a key does not look dead. */
async function writeHistory(ref: string, terminal: Terminal): Promise<void> {
  try {
    const { text } = await call('instance.consoleLog', { ref, lines: HISTORY_LINES });
    terminal.write(text);
  } catch {
    // Without a log the console is as good as before.
  }
}

/** The guest's serial port in a terminal. */
export function SerialConsole({ instance }: { readonly instance: Instance }): ReactNode {
  const { t } = useTranslation();
  const element = useRef<HTMLDivElement>(null);
  const screen = useRef<ScreenTerminal | null>(null);
  const [wanted, setWanted] = useState('');

  useLayoutEffect(() => {
    if (element.current === null) return undefined;
    const opened = openTerminal(element.current);
    screen.current = opened;
    return () => {
      screen.current = null;
      opened[Symbol.dispose]();
    };
  }, []);

  const greeted = useRef(false);
  const { id } = instance;
  const attach = useCallback<Attach>(
    (channel, _password, ended) => {
      const terminal = screen.current?.terminal;
      if (terminal === undefined) return () => undefined;
      const listen = (): void =>
        channel.listen({
          data: (bytes) => new Promise((done) => terminal.write(bytes, done)),
          end: ended,
        });
      // A console says nothing of what was before it; the log does. What comes meanwhile waits in the port.
      if (greeted.current) listen();
      else void writeHistory(id, terminal).finally(listen);
      greeted.current = true;
      const text = terminal.onData((data) => channel.write(encoder.encode(data)));
      const binary = terminal.onBinary((data) =>
        channel.write(Uint8Array.from(data, (c) => c.charCodeAt(0))),
      );
      terminal.focus();
      return () => {
        text.dispose();
        binary.dispose();
      };
    },
    [id],
  );
  const link = useConsole(instance, 'serial', attach);
  const paste = useAction(async () => {
    const { text } = await shell('shell.readClipboard', {});
    screen.current?.terminal.paste(text);
    screen.current?.terminal.focus();
  });

  return (
    <>
      <ErrorAlert error={paste.error} />
      <ConsoleFrame
        instance={instance}
        link={link}
        toolbar={
          <>
            <TextInput
              size="xs"
              w={150}
              leftSection={<SearchIcon size={12} />}
              placeholder={t('consoles.find')}
              aria-label={t('consoles.find')}
              value={wanted}
              onChange={(event) => {
                setWanted(event.currentTarget.value);
                screen.current?.search.findPrevious(event.currentTarget.value);
              }}
              onKeyDown={(event) => event.key === 'Enter' && screen.current?.search.findPrevious(wanted)}
            />
            <Button variant="default" onClick={() => void paste.run()}>
              {t('consoles.paste')}
            </Button>
          </>
        }
      >
        <div ref={element} className={classes.terminal} data-console="serial" />
      </ConsoleFrame>
    </>
  );
}
