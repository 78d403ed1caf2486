import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../api/use-action.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';

interface Props {
  /** all of them are asked to go, also when one cannot */
  readonly items: readonly { readonly id: string; readonly name: string }[];
  /** the question when they are several; a single one is asked about by its name */
  readonly titleOfMany: string;
  readonly text: string;
  readonly remove: (id: string) => Promise<unknown>;
  readonly onClose: () => void;
  /** what else there is to know before */
  readonly children?: ReactNode;
}

/** Asks before it deletes one thing or several; the first refusal is shown. */
export function DeleteDialog({ items, titleOfMany, text, remove, onClose, children }: Props): ReactNode {
  const { t } = useTranslation();
  const run = useAction(async () => {
    const answers = await Promise.allSettled(items.map((each) => remove(each.id)));
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
      // Not a plural: Vietnamese has none, and one thing is asked about by its name.
      title={items.length === 1 ? t('action.deleteOneTitle', { name: items[0]?.name }) : titleOfMany}
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
