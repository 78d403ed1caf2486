import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './empty-state.module.css';

interface Props {
  readonly title: string;
  readonly text: string;
  /** the button that does what is next */
  readonly action?: ReactNode;
}

/** What to do where there is nothing yet. */
export function EmptyState({ title, text, action }: Props): ReactNode {
  return (
    <Stack className={classes.empty} align="center" gap="xs">
      <Title order={2}>{title}</Title>
      <Text c="var(--nova-muted)" ta="center" maw={440}>
        {text}
      </Text>
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </Stack>
  );
}
