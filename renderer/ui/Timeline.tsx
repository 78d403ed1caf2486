import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { CheckIcon, CloseIcon } from './icons.tsx';
import classes from './timeline.module.css';
import { useFormat } from './use-format.ts';
import { useNow } from './use-now.ts';

export interface TimelineStep {
  readonly id: string;
  readonly label: string;
  readonly note?: string | undefined;
  /** ISO instants; null: goes on */
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly result: 'running' | 'done' | 'failed' | 'undone';
}

interface Span {
  readonly from: number;
  readonly to: number;
}

const MARKS = {
  done: <CheckIcon size={12} />,
  failed: <CloseIcon size={12} />,
  undone: <CloseIcon size={12} />,
  running: <span className={classes.pulse} />,
} as const;

function spanOf(step: TimelineStep, now: number): Span {
  const from = Date.parse(step.startedAt);
  return { from, to: Math.max(from, step.finishedAt === null ? now : Date.parse(step.finishedAt)) };
}

function Step({ step, span, whole }: { step: TimelineStep; span: Span; whole: Span }): ReactNode {
  const format = useFormat();
  const length = Math.max(1, whole.to - whole.from);
  return (
    <li className={classes.step} data-result={step.result}>
      <span className={classes.mark}>{MARKS[step.result]}</span>
      <span className={classes.label}>
        {step.label}
        {step.note !== undefined && (
          <Text span size="xs" c="var(--nova-muted)" ml={8}>
            {step.note}
          </Text>
        )}
      </span>
      <span className={classes.track} aria-hidden="true">
        <span
          className={classes.bar}
          style={{
            left: `${((span.from - whole.from) / length) * 100}%`,
            width: `max(2px, ${((span.to - span.from) / length) * 100}%)`,
          }}
        />
      </span>
      <span className={classes.duration}>{format.duration(span.to - span.from)}</span>
    </li>
  );
}

/** Steps one below the other, each with how long it took and where in the whole it lies. */
export function Timeline({ steps }: { readonly steps: readonly TimelineStep[] }): ReactNode {
  const running = steps.some((step) => step.finishedAt === null);
  const now = useNow(running ? 250 : 60_000);
  const spans = steps.map((step) => spanOf(step, now));
  const whole = {
    from: Math.min(...spans.map((span) => span.from)),
    to: Math.max(...spans.map((span) => span.to)),
  };
  return (
    <ol className={classes.timeline}>
      {steps.map((step, index) => {
        const span = spans[index];
        return span && <Step key={step.id} step={step} span={span} whole={whole} />;
      })}
    </ol>
  );
}
