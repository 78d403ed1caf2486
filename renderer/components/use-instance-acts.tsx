import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody, Instance } from '../../core/contract/index.ts';
import { useAction } from '../api/use-action.ts';
import { InstanceForm, type AskedForm } from '../forms/instance/InstanceForm.tsx';
import { useNova } from '../stores/nova.ts';
import { useFormat } from '../ui/use-format.ts';
import {
  asksFirst,
  canWait,
  isFormAction,
  type LifeAction,
  type OfferedAction,
  perform,
} from './instance-actions.ts';
import { type Asked, InstanceActionDialog } from './InstanceActionDialog.tsx';
import { type Waiting, WhenBackDialog } from './WhenBackDialog.tsx';

/** milliseconds for which Undo is offered after a deletion; until the reclaim time it can be restored from the list */
const UNDO_SHOWN = 12_000;

interface Acts {
  readonly act: (action: OfferedAction, instances: readonly Instance[]) => void;
  /** why the last one that asked nothing was refused */
  readonly error: ErrorBody | null;
  /** to be drawn somewhere on the page */
  readonly dialogs: ReactNode;
}

function useUndo(): (instances: readonly Instance[]) => void {
  const { t } = useTranslation();
  const format = useFormat();
  const keptFor = useNova((state) => state.settings?.reclaimInterval ?? 0);
  return (instances) => {
    const id = `undo-${instances[0]?.id ?? ''}`;
    const undo = (): void => {
      notifications.hide(id);
      void perform('restore', instances);
    };
    const [first, ...others] = instances;
    notifications.show({
      id,
      autoClose: UNDO_SHOWN,
      title:
        others.length === 0
          ? t('instances.deletedOne', { name: first?.name })
          : t('instances.deletedMany', { count: instances.length }),
      message: (
        <Group justify="space-between" wrap="nowrap">
          {t('instances.restorableFor', { time: format.duration(keptFor * 1000) })}
          <Button variant="light" size="compact-sm" onClick={undo}>
            {t('instances.undo')}
          </Button>
        </Group>
      ),
    });
  };
}

/** Everything that pages do with instances: at once, after a question, with a form, or when the host is back. */
export function useInstanceActs(onGone?: () => void): Acts {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const [form, setForm] = useState<AskedForm | null>(null);
  const hosts = useNova((state) => state.hosts.items);
  const offerUndo = useUndo();
  const atOnce = useAction(async (action: LifeAction, instances: readonly Instance[]) => {
    await perform(action, instances);
    if (action !== 'soft_delete') return;
    offerUndo(instances);
    onGone?.();
  });

  const isAway = ({ hostId }: Instance): boolean =>
    hostId !== null && hosts.get(hostId)?.connection !== 'connected';

  const act = (action: OfferedAction, instances: readonly Instance[]): void => {
    const [first] = instances;
    if (isFormAction(action)) {
      if (first !== undefined) setForm({ action, instance: first });
    } else if (canWait(action) && instances.some(isAway)) setWaiting({ action, instances });
    else if (asksFirst(action)) setAsked({ action, instances });
    else void atOnce.run(action, instances);
  };

  const dialogs = (
    <>
      <InstanceActionDialog
        asked={asked}
        onClose={() => setAsked(null)}
        onDone={({ action }) => (action === 'delete' || action === 'force_delete') && onGone?.()}
      />
      {waiting && <WhenBackDialog waiting={waiting} onClose={() => setWaiting(null)} />}
      {form && <InstanceForm {...form} onClose={() => setForm(null)} />}
    </>
  );
  return { act, error: atOnce.error, dialogs };
}
