import { Button, Group, Modal, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody } from '../../core/contract/index.ts';
import { ErrorAlert } from './ErrorAlert.tsx';

interface Props {
  readonly title: string;
  /** pixels across */
  readonly size?: number;
  /** the word on the button that sends the form */
  readonly submit: string;
  /** that button has the focus at first: what is filled in will do */
  readonly submitFocused?: boolean;
  readonly busy: boolean;
  /** something that must be given is missing */
  readonly blocked?: boolean;
  readonly error: ErrorBody | null;
  /** buttons between Cancel and the one that sends */
  readonly actions?: ReactNode;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A form in a dialog: its fields, why the last try was refused, and the ways out. Enter sends it. */
export function FormDialog(props: Props): ReactNode {
  const { t } = useTranslation();
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    // A form in a dialog that a form opened is that form's child to React: sending it must not send both.
    event.stopPropagation();
    props.onSubmit();
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title} size={props.size ?? 'md'}>
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {props.children}
          <ErrorAlert error={props.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" size="sm" onClick={props.onClose}>
              {t('action.cancel')}
            </Button>
            {props.actions}
            <Button
              type="submit"
              size="sm"
              loading={props.busy}
              disabled={props.blocked ?? false}
              data-autofocus={props.submitFocused}
            >
              {props.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
