import { Progress, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './capacity-bar.module.css';

interface Props {
  readonly label: string;
  readonly used: number;
  /** what may be given out: (total − reserved) × ratio */
  readonly capacity: number;
  readonly text: string;
  readonly hint: string;
}

const WARN = 75;
const FULL = 92;

function colour(percent: number): string {
  if (percent >= FULL) return 'var(--nova-bad)';
  return percent >= WARN ? 'var(--nova-warn)' : 'var(--nova-busy)';
}

/** How much of a resource is given out. Over-full is drawn full and said in figures. */
export function CapacityBar({ label, used, capacity, text, hint }: Props): ReactNode {
  const percent = capacity > 0 ? Math.min(100, (used / capacity) * 100) : 0;
  return (
    <Tooltip label={hint}>
      <div className={classes.bar}>
        <Text size="xs" c="var(--nova-muted)">
          {label}
        </Text>
        <Progress value={percent} color={colour(percent)} size={6} aria-label={`${label}: ${text}`} />
        <Text size="xs" className={classes.figures}>
          {text}
        </Text>
      </div>
    </Tooltip>
  );
}
