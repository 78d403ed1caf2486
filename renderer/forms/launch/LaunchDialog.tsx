import { Alert, Button, Group, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useQuery } from '../../api/use-query.ts';
import { useList, useNova } from '../../stores/nova.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { firstDraft, previewOf, requestOf, suggestName, type LaunchDraft } from './launch-draft.ts';
import { LaunchExtras } from './LaunchExtras.tsx';
import { LaunchFields } from './LaunchFields.tsx';
import classes from './launch.module.css';
import { SchedulerAnswer } from './SchedulerAnswer.tsx';

/** milliseconds without a change before the scheduler is asked */
const PAUSE = 150;

function useDraft(): [LaunchDraft, (patch: Partial<LaunchDraft>) => void] {
  const images = useList('images');
  const flavors = useList('flavors');
  const keypairs = useList('keypairs');
  const names = new Set(useList('instances').map((instance) => instance.name));
  const [draft, setDraft] = useState(() => firstDraft({ images, flavors, keypairs, names }));

  const change = (patch: Partial<LaunchDraft>): void =>
    setDraft((before) => {
      const after = { ...before, ...patch };
      if (patch.imageId === undefined) return after;
      // A name that nobody has touched goes with its image.
      const suggested = [before.imageId, after.imageId].map((id) =>
        suggestName(
          images.find((each) => each.id === id),
          names,
        ),
      );
      return before.name === suggested[0] ? { ...after, name: suggested[1] ?? '' } : after;
    });
  return [draft, change];
}

function NoImage(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Alert color="yellow" variant="light">
      <Group justify="space-between">
        {t('launch.noImage')}
        <Button variant="default" onClick={() => void navigate({ to: '/images', search: { add: true } })}>
          {t('launch.addImage')}
        </Button>
      </Group>
    </Alert>
  );
}

/** Everything that a launch needs on one screen, filled in so that it can be launched at once. */
export function LaunchDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [draft, change] = useDraft();
  const [asked] = useDebouncedValue(previewOf(draft), PAUSE);
  const hosts = useNova((state) => state.hosts.items);
  const noImages = useList('images').length === 0;
  const preview = useQuery('instance.preview', asked, hosts);
  const request = requestOf(draft);
  const launch = useAction(async () => request !== null && call('instance.create', request));

  const submit = async (): Promise<void> => {
    if (await launch.run()) onClose();
  };
  return (
    <FormDialog
      title={t('launch.title')}
      size={920}
      submit={draft.count === 1 ? t('launch.submit') : t('launch.submitMany', { count: draft.count })}
      submitFocused
      busy={launch.busy}
      blocked={request === null || draft.name.trim() === ''}
      onSubmit={() => void submit()}
      error={launch.error}
      onClose={onClose}
    >
      {noImages && <NoImage />}
      <div className={classes.columns}>
        <Stack gap="sm">
          <LaunchFields draft={draft} onChange={change} error={launch.error} />
          <LaunchExtras draft={draft} onChange={change} />
        </Stack>
        <div>
          <SchedulerAnswer count={draft.count} query={preview} asked={asked !== null} />
        </div>
      </div>
    </FormDialog>
  );
}
