import { Text } from '@mantine/core';
import type { Column } from './columns.ts';

/** The column that says which row this is: it stands out, and keeps the most room. */
export function nameColumn<T extends { readonly name: string }>(header: string): Column<T> {
  return {
    id: 'name',
    header,
    value: (row) => row.name,
    cell: (row) => (
      <Text inherit fw={550} truncate>
        {row.name}
      </Text>
    ),
    width: 130,
    grow: 2,
  };
}
