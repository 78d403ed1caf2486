import { Stack, Table, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Decision } from '../../core/contract/index.ts';
import { useWords } from '../i18n/use-words.ts';
import classes from './decision.module.css';

type Verdict = Decision['hosts'][number];

interface Props {
  readonly decision: Decision;
}

/** How many hosts each filter was asked about and left over. */
function Funnel({ decision }: Props): ReactNode {
  const { t } = useTranslation();
  const word = useWords();
  if (decision.counts.length === 0) return null;
  return (
    <ol className={classes.funnel} aria-label={t('scheduling.funnel')}>
      {decision.counts.map(({ filter, before, after }) => (
        <li key={filter} data-dropped={after < before || undefined}>
          <Tooltip label={word('filter', filter)}>
            <span className={classes.gate}>{filter}</span>
          </Tooltip>
          <span className={classes.figure}>
            {before === after ? after : t('scheduling.left', { before, after })}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Every weigher's share of every host that passed: multiplier × normalised, with the raw figure on hover. */
function Weights({ decision }: Props): ReactNode {
  const { t, i18n } = useTranslation();
  const word = useWords();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 3 });
  const accepted = decision.hosts.filter((verdict) => verdict.accepted);
  const names = [...new Set(accepted.flatMap((verdict) => verdict.weighers.map(({ name }) => name)))];
  // A column of zeros tells nothing: all hosts are equal in it.
  const telling = names.filter((name) =>
    accepted.some((verdict) => verdict.weighers.some((each) => each.name === name && each.normalized !== 0)),
  );
  if (accepted.length === 0) return null;
  const cell = (verdict: Verdict, name: string): ReactNode => {
    const share = verdict.weighers.find((each) => each.name === name);
    if (share === undefined) return null;
    const { raw, normalized, multiplier } = share;
    const hint = t('scheduling.share', {
      raw: number.format(raw),
      normalized: number.format(normalized),
      multiplier: number.format(multiplier),
    });
    return (
      <Tooltip label={hint}>
        <span className={classes.figure}>{number.format(normalized * multiplier)}</span>
      </Tooltip>
    );
  };
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table fz="sm" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('scheduling.host')}</Table.Th>
            {telling.map((name) => (
              <Table.Th key={name} ta="right">
                <Tooltip label={word('weigherHint', name)}>
                  <span>{word('weigher', name)}</span>
                </Tooltip>
              </Table.Th>
            ))}
            <Table.Th ta="right">{t('scheduling.total')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {accepted.map((verdict) => (
            <Table.Tr key={verdict.hostId} data-chosen={verdict.hostId === decision.selected || undefined}>
              <Table.Td>
                {verdict.hostName}
                <Text span size="xs" c="var(--nova-muted)">
                  {verdict.hostId === decision.selected && ` · ${t('launch.chosen')}`}
                  {decision.alternates.includes(verdict.hostId) && ` · ${t('scheduling.alternate')}`}
                </Text>
              </Table.Td>
              {telling.map((name) => (
                <Table.Td key={name} ta="right">
                  {cell(verdict, name)}
                </Table.Td>
              ))}
              <Table.Td ta="right" fw={600} className={classes.figure}>
                {verdict.weight === null ? '' : number.format(verdict.weight)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Refused({ decision }: Props): ReactNode {
  const word = useWords();
  const refused = decision.hosts.filter((verdict) => !verdict.accepted);
  if (refused.length === 0) return null;
  return (
    <ul className={classes.hosts}>
      {refused.map((verdict) => (
        <li key={verdict.hostId} className={classes.host}>
          <div className={classes.line}>
            <Text size="sm" fw={500}>
              {verdict.hostName}
            </Text>
            <Text size="xs" c="var(--nova-bad)">
              {word('filter', verdict.filter ?? '')}
            </Text>
          </div>
          <Text size="xs" c="var(--nova-muted)">
            {verdict.reason}
          </Text>
        </li>
      ))}
    </ul>
  );
}

/** A whole decision: the filters and what each left, the weights figure by figure, and why not the others. */
export function DecisionDetails({ decision }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Funnel decision={decision} />
      <Weights decision={decision} />
      <Refused decision={decision} />
      {decision.omitted > 0 && (
        <Text size="xs" c="var(--nova-muted)">
          {t('scheduling.omitted', { count: decision.omitted })}
        </Text>
      )}
      {decision.notes.map((note) => (
        <Text key={note} size="xs" c="var(--nova-warn)">
          {note}
        </Text>
      ))}
    </Stack>
  );
}
