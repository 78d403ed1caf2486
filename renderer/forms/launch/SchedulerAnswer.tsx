import { Loader, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preview } from '../../../core/contract/index.ts';
import type { Query } from '../../api/use-query.ts';
import { DecisionView } from '../../components/DecisionView.tsx';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import classes from './launch.module.css';

function Spread({ preview, count }: { readonly preview: Preview; readonly count: number }): ReactNode {
  const { t } = useTranslation();
  const { fitting, placements } = preview;
  const places = placements.map(({ hostName, instances }) => `${hostName} × ${instances}`).join(', ');
  if (fitting === count) return <Text fw={500}>{t('launch.allFit', { count, places })}</Text>;
  return (
    <div>
      <Text fw={600} c="var(--nova-bad)">
        {t('launch.someFit', { fitting, count })}
      </Text>
      <Text size="sm" c="var(--nova-muted)">
        {places}
      </Text>
    </div>
  );
}

function Verdict({ preview, count }: { readonly preview: Preview; readonly count: number }): ReactNode {
  const { t } = useTranslation();
  const chosen = preview.hosts.find((host) => host.hostId === preview.selected);
  if (chosen !== undefined && count > 1) return <Spread preview={preview} count={count} />;
  if (chosen !== undefined) return <Text fw={500}>{t('launch.onHost', { host: chosen.hostName })}</Text>;
  return (
    <div>
      <Text fw={600} c="var(--nova-bad)">
        {t('launch.noHostTitle')}
      </Text>
      <Text size="sm" c="var(--nova-muted)">
        {t('launch.noHostText')}
      </Text>
    </div>
  );
}

interface Props {
  readonly query: Query<Preview>;
  /** there is something to ask about */
  readonly asked: boolean;
  readonly count: number;
}

/** What the scheduler would decide now: which host, why, and why not the others. */
export function SchedulerAnswer({ query, asked, count }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <section className={classes.answer} aria-live="polite" aria-label={t('launch.where')}>
      <Text size="xs" c="var(--nova-muted)" fw={500}>
        {t('launch.where')} {query.loading && <Loader size={10} ml={6} />}
      </Text>
      {!asked && <Text size="sm">{t('launch.nothingToChoose')}</Text>}
      {asked && query.error === null && query.data === undefined && (
        <Text size="sm">{t('launch.asking')}</Text>
      )}
      {asked && <ErrorAlert error={query.error} />}
      {asked && query.error === null && query.data !== undefined && (
        <>
          <Verdict preview={query.data} count={count} />
          <DecisionView decision={query.data} />
        </>
      )}
    </section>
  );
}
