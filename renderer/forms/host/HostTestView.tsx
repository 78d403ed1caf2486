import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostTest } from '../../../core/contract/index.ts';
import { errorText } from '../../i18n/error-words.ts';
import { CheckIcon, CloseIcon, WarningIcon } from '../../ui/icons.tsx';
import { useFormat } from '../../ui/use-format.ts';
import classes from './host-test.module.css';

type Step = HostTest['steps'][number];

const MARKS = {
  ok: <CheckIcon size={13} />,
  warning: <WarningIcon size={13} />,
  failed: <CloseIcon size={13} />,
  skipped: <span aria-hidden="true">·</span>,
} as const;

function StepLine({ step }: { readonly step: Step }): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const failure = step.error && errorText(i18n.language, step.error);
  const remedy = failure?.remedy ?? step.remedy;
  return (
    <li className={classes.step} data-result={step.result}>
      <span className={classes.mark}>{MARKS[step.result]}</span>
      <div className={classes.body}>
        <span className={classes.line}>
          <Text span fw={500} inherit>
            {t(`hypervisors.step.${step.step}`)}
          </Text>
          {step.result !== 'skipped' && (
            <Text span size="xs" c="var(--nova-muted)">
              {format.duration(step.milliseconds)}
            </Text>
          )}
        </span>
        {step.result !== 'skipped' && step.detail !== '' && (
          <Text size="xs" c="var(--nova-muted)">
            {step.detail}
          </Text>
        )}
        {remedy && (step.result === 'failed' || step.result === 'warning') && (
          <Text size="xs" fw={500}>
            {remedy}
          </Text>
        )}
      </div>
    </li>
  );
}

/** The way to a host, step by step, with what to do where it ended. */
export function HostTestView({ test }: { readonly test: HostTest }): ReactNode {
  const { t } = useTranslation();
  const warned = test.steps.some((step) => step.result === 'warning');
  const asked = test.unknownHostKey !== null || test.needs !== null;
  const verdict = warned ? t('hypervisors.form.wellWithWarnings') : t('hypervisors.form.allWell');
  return (
    <div aria-live="polite">
      <Text fw={600} mb={6}>
        {test.ok && verdict}
        {!test.ok && !asked && t('hypervisors.form.failed')}
      </Text>
      <ol className={classes.steps}>
        {test.steps.map((step) => (
          <StepLine key={step.step} step={step} />
        ))}
      </ol>
    </div>
  );
}
