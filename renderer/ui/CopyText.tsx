import { ActionIcon, Tooltip } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './copy-text.module.css';
import { CheckIcon, CopyIcon } from './icons.tsx';

interface Props {
  readonly text: string;
  /** shown instead of the text itself */
  readonly children?: ReactNode;
  readonly onCopy: (text: string) => void;
}

/** Text with a button that puts it on the clipboard. */
export function CopyText({ text, children, onCopy }: Props): ReactNode {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const { start } = useTimeout(() => setCopied(false), 1500);
  return (
    <span className={classes.copy}>
      <span className={classes.text}>{children ?? text}</span>
      <Tooltip label={copied ? t('action.copied') : t('action.copy')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="xs"
          aria-label={`${t('action.copy')}: ${text.slice(0, 80)}`}
          onClick={(event) => {
            event.stopPropagation();
            onCopy(text);
            setCopied(true);
            start();
          }}
        >
          {copied ? <CheckIcon /> : <CopyIcon />}
        </ActionIcon>
      </Tooltip>
    </span>
  );
}
