import { Button, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input, Preview } from '../../../core/contract/index.ts';
import { useQuery } from '../../api/use-query.ts';
import { DecisionDetails } from '../../components/DecisionDetails.tsx';
import { ANYWHERE, LaunchWhere, type Where, whereOf } from '../../components/LaunchWhere.tsx';
import { bySize } from '../../forms/launch/launch-draft.ts';
import { useList, useNova } from '../../stores/nova.ts';
import { ErrorAlert } from '../../ui/ErrorAlert.tsx';
import { Panel } from '../../ui/Panel.tsx';
import classes from './scheduler.module.css';

/** milliseconds without a change before the scheduler is asked */
const PAUSE = 150;

interface Question {
  readonly flavorId: string | null;
  readonly imageId: string | null;
  readonly hostId: string | null;
  readonly count: number;
  readonly where: Where;
}

function useQuestion() {
  const flavors = useList('flavors').toSorted(bySize);
  const images = useList('images').filter((image) => image.status === 'active');
  const [draft, setDraft] = useState<Question>({
    flavorId: flavors[0]?.id ?? null,
    imageId: images[0]?.id ?? null,
    hostId: null,
    count: 1,
    where: ANYWHERE,
  });
  const change = (patch: Partial<Question>): void => setDraft((before) => ({ ...before, ...patch }));
  return { draft, change, flavors, images };
}

function previewOf({ flavorId, imageId, hostId, count, where }: Question): Input<'instance.preview'> | null {
  if (flavorId === null || imageId === null) return null;
  const host = hostId === null ? {} : { host: hostId };
  return { flavor: flavorId, image: imageId, count, ...host, ...whereOf(where) };
}

function Places({ preview }: { readonly preview: Preview }): ReactNode {
  return (
    <ul className={classes.places}>
      {preview.placements.map(({ hostId, hostName, instances }) => (
        <li key={hostId}>
          <span>{hostName}</span>
          <strong>× {instances}</strong>
        </li>
      ))}
    </ul>
  );
}

function Answer({ preview, count }: { readonly preview: Preview; readonly count: number }): ReactNode {
  const { t } = useTranslation();
  const all = preview.fitting === count;
  return (
    <Stack gap="sm">
      <Text fw={600} {...(!all && { c: 'var(--nova-bad)' })}>
        {all ? t('scheduling.allFit', { count }) : t('launch.someFit', { fitting: preview.fitting, count })}
      </Text>
      <Places preview={preview} />
      {preview.shortfall !== null && <ErrorAlert error={preview.shortfall} />}
      <Text size="xs" c="var(--nova-muted)" fw={500}>
        {t('scheduling.firstOne')}
      </Text>
      <DecisionDetails decision={preview} />
    </Stack>
  );
}

/** How many more of these would find room, asked for only when somebody wants to know. */
function Room({ draft }: { readonly draft: Question }): ReactNode {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Input<'scheduler.room'> | null>(null);
  const room = useQuery('scheduler.room', asked);
  const { flavorId, imageId, where } = draft;
  return (
    <Panel title={t('scheduling.room')}>
      <Stack gap="sm">
        <Button
          variant="default"
          w="fit-content"
          loading={room.loading}
          disabled={flavorId === null}
          onClick={() =>
            flavorId !== null &&
            setAsked({ flavor: flavorId, ...(imageId !== null && { image: imageId }), ...whereOf(where) })
          }
        >
          {t('scheduling.askRoom')}
        </Button>
        <ErrorAlert error={room.error} />
        {room.data && (
          <>
            <Text fw={600}>{t('scheduling.roomFor', { count: room.data.fitting })}</Text>
            <Places preview={room.data} />
          </>
        )}
      </Stack>
    </Panel>
  );
}

/** What would happen if this was launched? Asks the very scheduler, and claims nothing. */
export function Simulator(): ReactNode {
  const { t } = useTranslation();
  const { draft, change, flavors, images } = useQuestion();
  const [asked] = useDebouncedValue(previewOf(draft), PAUSE);
  const hosts = useNova((state) => state.hosts.items);
  const preview = useQuery('instance.preview', asked, hosts);
  const choices = [...hosts.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <div className={classes.columns}>
      <Panel title={t('scheduling.question')}>
        <Stack gap="sm">
          <NumberInput
            label={t('launch.count')}
            min={1}
            max={100}
            allowDecimal={false}
            value={draft.count}
            onChange={(count) => typeof count === 'number' && count >= 1 && change({ count })}
          />
          <Select
            label={t('launch.flavor')}
            data={flavors.map((flavor) => ({ value: flavor.id, label: flavor.name }))}
            value={draft.flavorId}
            onChange={(flavorId) => change({ flavorId })}
            allowDeselect={false}
            searchable
          />
          <Select
            label={t('launch.image')}
            data={images.map((image) => ({ value: image.id, label: image.name }))}
            value={draft.imageId}
            onChange={(imageId) => change({ imageId })}
            allowDeselect={false}
            searchable
          />
          <Select
            label={t('launch.host')}
            placeholder={t('launch.automatic')}
            data={choices.map((host) => ({ value: host.id, label: host.name }))}
            value={draft.hostId}
            onChange={(hostId) => change({ hostId })}
            clearable
          />
          <LaunchWhere
            where={draft.where}
            onChange={(patch) => change({ where: { ...draft.where, ...patch } })}
          />
        </Stack>
      </Panel>
      <Stack gap="md">
        <Panel title={t('scheduling.answer')}>
          {asked === null && <Text size="sm">{t('launch.nothingToChoose')}</Text>}
          <ErrorAlert error={preview.error} />
          {asked !== null && preview.error === null && preview.data && (
            <Answer preview={preview.data} count={draft.count} />
          )}
        </Panel>
        <Room draft={draft} />
      </Stack>
    </div>
  );
}
