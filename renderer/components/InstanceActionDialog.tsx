import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { useAction } from '../api/use-action.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';
import { ASK_FIRST, type AskedAction, perform } from './instance-actions.ts';

export interface Asked {
  readonly action: AskedAction;
  readonly instances: readonly Instance[];
}

interface Props {
  readonly asked: Asked | null;
  readonly onClose: () => void;
  readonly onDone?: (asked: Asked) => void;
}

/** Asks before an action that interrupts or destroys, for one instance or many. */
export function InstanceActionDialog({ asked, onClose, onDone }: Props): ReactNode {
  const { t } = useTranslation();
  const act = useAction(async ({ action, instances }: Asked) => perform(action, instances));
  if (asked === null) return null;
  const { one, many, text, danger } = ASK_FIRST[asked.action];
  const [first, ...others] = asked.instances;
  const title =
    others.length === 0 ? t(one, { name: first?.name }) : t(many, { count: asked.instances.length });
  const keepsDisks =
    asked.action === 'delete' || asked.action === 'force_delete'
      ? asked.instances.some((instance) => instance.origin === 'adopted')
      : false;
  const close = (): void => {
    act.clear();
    onClose();
  };
  const confirm = async (): Promise<void> => {
    if (!(await act.run(asked))) return;
    onDone?.(asked);
    close();
  };
  return (
    <ConfirmDialog
      opened
      title={title}
      text={keepsDisks ? `${t(text)} ${t('instances.keepsDisks')}` : t(text)}
      confirm={t(`instances.action.${asked.action}`)}
      danger={danger}
      busy={act.busy}
      error={act.error}
      onClose={close}
      onConfirm={() => void confirm()}
    />
  );
}
