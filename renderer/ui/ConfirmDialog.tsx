import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorBody } from '../../core/contract/index.ts';
import { ErrorAlert } from './ErrorAlert.tsx';

interface Props {
  readonly opened: boolean;
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  /** the answer yes is not possible yet */
  readonly blocked?: boolean;
  readonly error?: ErrorBody | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** Asks before what cannot be taken back. The safe answer has the focus when it is dangerous. */
export function ConfirmDialog(props: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} size="md">
      <Stack gap="md">
        <Text size="sm">{props.text}</Text>
        {props.children}
        <ErrorAlert error={props.error ?? null} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose} data-autofocus={props.danger ? true : undefined}>
            {t('action.cancel')}
          </Button>
          <Button
            {...(props.danger && { color: 'red.8' })}
            loading={props.busy ?? false}
            disabled={props.blocked ?? false}
            onClick={props.onConfirm}
            data-autofocus={props.danger ? undefined : true}
          >
            {props.confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
