import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../api/use-action.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';

interface Props {
  readonly title: string;
  readonly text: string;
  /** all of them are asked to go, also when one cannot */
  readonly ids: readonly string[];
  readonly remove: (id: string) => Promise<unknown>;
  readonly onClose: () => void;
  /** what else there is to know before */
  readonly children?: ReactNode;
}

/** Asks before it deletes one thing or several; the first refusal is shown. */
export function DeleteDialog({ title, text, ids, remove, onClose, children }: Props): ReactNode {
  const { t } = useTranslation();
  const run = useAction(async () => {
    const answers = await Promise.allSettled(ids.map(remove));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
  const confirm = async (): Promise<void> => {
    if (await run.run()) onClose();
  };
  return (
    <ConfirmDialog
      opened
      danger
      title={title}
      text={text}
      confirm={t('action.delete')}
      busy={run.busy}
      error={run.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {children}
    </ConfirmDialog>
  );
}
