import { Button, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../../core/contract/index.ts';
import type { LifeAction } from '../../components/instance-actions.ts';
import { useRefusal } from '../../components/use-refusal.ts';

const BULK = ['start', 'stop', 'reboot', 'soft_delete'] as const;
/** Of instances that are deleted softly. */
const BULK_DELETED = ['restore', 'force_delete'] as const;

interface Props {
  readonly instances: readonly Instance[];
  readonly onAct: (action: LifeAction) => void;
}

/** What can be done to all selected ones; a button that cannot names the first one that stands in its way. */
export function BulkActions({ instances, onAct }: Props): ReactNode {
  const { t } = useTranslation();
  const refusalOf = useRefusal();
  const gone = instances.every((instance) => instance.vmState === 'soft-delete');

  const blocked = (action: LifeAction): string | null => {
    for (const instance of instances) {
      const reason = refusalOf(action, instance);
      if (reason !== null) return t('instances.refused.bulk', { name: instance.name, reason });
    }
    return null;
  };
  return (
    <Button.Group>
      {(gone ? BULK_DELETED : BULK).map((action) => {
        const reason = blocked(action);
        return (
          <Tooltip key={action} label={reason} disabled={reason === null}>
            <Button
              variant="default"
              aria-disabled={reason !== null}
              {...(reason !== null && { 'data-disabled': true })}
              onClick={() => reason === null && onAct(action)}
            >
              {t(`instances.action.${action}`)}
            </Button>
          </Tooltip>
        );
      })}
    </Button.Group>
  );
}
