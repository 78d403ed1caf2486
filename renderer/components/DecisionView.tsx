import { Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Decision } from '../../core/contract/index.ts';
import { useWords } from '../i18n/use-words.ts';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import classes from './decision.module.css';

type Verdict = Decision['hosts'][number];

function Weighers({ verdict }: { readonly verdict: Verdict }): ReactNode {
  const { i18n } = useTranslation();
  const word = useWords();
  const number = new Intl.NumberFormat(i18n.language, {
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  });
  return (
    <span className={classes.weighers}>
      {verdict.weighers.map((weigher) => (
        <Tooltip key={weigher.name} label={word('weigherHint', weigher.name)}>
          <span className={classes.weigher}>
            <span>{word('weigher', weigher.name)}</span>
            <span className={classes.figure}>{number.format(weigher.normalized * weigher.multiplier)}</span>
          </span>
        </Tooltip>
      ))}
    </span>
  );
}

function Host({ verdict, chosen }: { readonly verdict: Verdict; readonly chosen: boolean }): ReactNode {
  const { t, i18n } = useTranslation();
  const word = useWords();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 });
  return (
    <li className={classes.host} data-chosen={chosen || undefined}>
      <div className={classes.line}>
        <Text fw={chosen ? 600 : 500}>{verdict.hostName}</Text>
        {verdict.accepted ? (
          <StatusBadge
            tone={chosen ? 'ok' : 'idle'}
            label={chosen ? t('launch.chosen') : t('launch.possible')}
            note={
              verdict.weight === null
                ? undefined
                : t('launch.weight', { weight: number.format(verdict.weight) })
            }
          />
        ) : (
          <StatusBadge tone="bad" label={t('launch.refused')} note={word('filter', verdict.filter ?? '')} />
        )}
      </div>
      {verdict.accepted ? (
        <Weighers verdict={verdict} />
      ) : (
        <Text size="xs" c="var(--nova-muted)">
          {verdict.reason}
        </Text>
      )}
    </li>
  );
}

/** What the scheduler decided, and why: every host with its weight or with what refused it. */
export function DecisionView({ decision }: { readonly decision: Decision }): ReactNode {
  return (
    <ul className={classes.hosts}>
      {decision.hosts.map((verdict) => (
        <Host key={verdict.hostId} verdict={verdict} chosen={verdict.hostId === decision.selected} />
      ))}
    </ul>
  );
}
