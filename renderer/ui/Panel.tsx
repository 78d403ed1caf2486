import { Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './panel.module.css';

interface Props {
  readonly title?: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A surface with one subject. */
export function Panel({ title, aside, children }: Props): ReactNode {
  return (
    <section className={classes.panel}>
      {title !== undefined && (
        <Group justify="space-between" wrap="nowrap" mb="xs">
          <Title order={2}>{title}</Title>
          {aside}
        </Group>
      )}
      {children}
    </section>
  );
}
