import { Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './status.module.css';

export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';

interface Props {
  readonly tone: Tone;
  readonly label: string;
  /** smaller words after the label, e.g. the running step */
  readonly note?: string | undefined;
}

/** A dot and a word; a busy one turns. Colour is never the only sign. */
export function StatusBadge({ tone, label, note }: Props): ReactNode {
  return (
    <span className={classes.status} data-tone={tone}>
      {tone === 'busy' ? <Loader size={10} color="var(--nova-busy)" /> : <span className={classes.dot} />}
      <span className={classes.label}>{label}</span>
      {note !== undefined && <span className={classes.note}>{note}</span>}
    </span>
  );
}
