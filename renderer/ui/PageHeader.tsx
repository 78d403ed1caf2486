import { Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  readonly title: ReactNode;
  readonly children?: ReactNode;
}

/** A page's title with its actions at the other end. */
export function PageHeader({ title, children }: Props): ReactNode {
  return (
    <Group justify="space-between" wrap="nowrap" mb="md" mih={34}>
      <Title order={1}>{title}</Title>
      <Group gap="xs" wrap="nowrap">
        {children}
      </Group>
    </Group>
  );
}
