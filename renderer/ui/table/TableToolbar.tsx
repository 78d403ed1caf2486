import { ActionIcon, Button, Checkbox, Group, Popover, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ColumnsIcon, SearchIcon } from '../icons.tsx';
import type { Column } from './columns.ts';

interface Props<T> {
  readonly columns: readonly Column<T>[];
  readonly hidden: readonly string[];
  readonly onToggle: (id: string) => void;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly placeholder: string | undefined;
  readonly selected: number;
  readonly onClear: () => void;
  readonly bulk: ReactNode;
}

export function TableToolbar<T>(props: Props<T>): ReactNode {
  const { t } = useTranslation();
  return (
    <Group gap="xs" mb="xs" mih={34} style={{ flexShrink: 0 }}>
      <TextInput
        flex="0 1 280px"
        miw={130}
        size="xs"
        type="search"
        data-filter
        leftSection={<SearchIcon size={13} />}
        placeholder={props.placeholder ?? t('table.filter')}
        aria-label={props.placeholder ?? t('table.filter')}
        value={props.filter}
        onChange={(event) => props.onFilter(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && props.onFilter('')}
      />
      {props.selected > 0 && (
        <Group gap="xs" wrap="nowrap" flex="none">
          <Text size="sm" fw={500} style={{ whiteSpace: 'nowrap' }}>
            {t('table.selected', { count: props.selected })}
          </Text>
          {props.bulk}
          <Button variant="subtle" color="gray" onClick={props.onClear}>
            {t('table.clearSelection')}
          </Button>
        </Group>
      )}
      <Popover position="bottom-end" withinPortal trapFocus>
        <Popover.Target>
          <Tooltip label={t('table.columns')}>
            <ActionIcon variant="subtle" color="gray" ml="auto" aria-label={t('table.columns')}>
              <ColumnsIcon />
            </ActionIcon>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="xs">
            {props.columns.map((column) => (
              <Checkbox
                key={column.id}
                size="xs"
                label={column.header}
                checked={!props.hidden.includes(column.id)}
                onChange={() => props.onToggle(column.id)}
              />
            ))}
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}
