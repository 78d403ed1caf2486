import { Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useFormat } from './use-format.ts';
import { useNow } from './use-now.ts';

/** How long ago, kept current; the exact instant on hover. */
export function RelativeTime({ at }: { readonly at: string }): ReactNode {
  const now = useNow(10_000);
  const format = useFormat();
  return (
    <Tooltip label={format.instant(at)}>
      <Text span inherit>
        {format.age(at, now)}
      </Text>
    </Tooltip>
  );
}
