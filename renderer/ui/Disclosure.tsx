import { Button, Collapse, Stack } from '@mantine/core';
import { useState, type ReactNode } from 'react';

interface Props {
  readonly label: string;
  readonly children: ReactNode;
}

/** Fields that most people leave alone, behind a button. */
export function Disclosure({ label, children }: Props): ReactNode {
  const [shown, setShown] = useState(false);
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        px={0}
        aria-expanded={shown}
        onClick={() => setShown((on) => !on)}
      >
        {label}
      </Button>
      <Collapse expanded={shown}>
        <Stack gap="sm" pt="xs">
          {children}
        </Stack>
      </Collapse>
    </div>
  );
}
