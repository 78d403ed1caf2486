import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { Host, Image } from '../../../core/contract/index.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { nameColumn } from '../../ui/table/name-column.tsx';
import type { Format } from '../../ui/use-format.ts';
import { ImageStatus } from './ImageStatus.tsx';

/** Names of the hosts that hold a copy; a host that is gone holds none. */
export function hostNames(image: Image, hosts: ReadonlyMap<string, Host>): string {
  return image.cachedOn
    .flatMap((id) => hosts.get(id)?.name ?? [])
    .toSorted((a, b) => a.localeCompare(b))
    .join(', ');
}

function Muted({ children }: { readonly children: string }) {
  return (
    <Text inherit span c="var(--nova-muted)">
      {children}
    </Text>
  );
}

function sizeColumns(t: TFunction, format: Format): Column<Image>[] {
  return [
    {
      id: 'size',
      header: t('images.column.size'),
      value: (row) => row.size,
      cell: (row) => format.bytes(row.size),
      width: 80,
      align: 'right',
    },
    {
      id: 'virtualSize',
      header: t('images.column.virtualSize'),
      value: (row) => row.virtualSize,
      cell: (row) => format.bytes(row.virtualSize),
      width: 80,
      align: 'right',
    },
    {
      id: 'minDisk',
      header: t('images.column.minDisk'),
      value: (row) => row.minDisk,
      cell: (row) => (row.minDisk === 0 ? <Muted>–</Muted> : format.gib(row.minDisk)),
      width: 110,
      align: 'right',
      wide: true,
    },
    {
      id: 'minRam',
      header: t('images.column.minRam'),
      value: (row) => row.minRam,
      cell: (row) => (row.minRam === 0 ? <Muted>–</Muted> : format.mib(row.minRam)),
      width: 110,
      align: 'right',
      wide: true,
    },
  ];
}

export function imageColumns(
  t: TFunction,
  format: Format,
  hosts: ReadonlyMap<string, Host>,
): Column<Image>[] {
  return [
    nameColumn(t('images.column.name')),
    {
      id: 'status',
      header: t('images.column.status'),
      value: (row) => row.status,
      cell: (row) => <ImageStatus image={row} />,
      width: 140,
      grow: 1.2,
    },
    {
      id: 'format',
      header: t('images.column.format'),
      value: (row) => row.diskFormat,
      width: 90,
      wide: true,
    },
    ...sizeColumns(t, format),
    {
      id: 'hosts',
      header: t('images.column.hosts'),
      value: (row) => hostNames(row, hosts),
      cell: (row) => hostNames(row, hosts) || <Muted>{t('images.noHosts')}</Muted>,
      width: 120,
      grow: 1.4,
    },
    {
      id: 'created',
      header: t('images.column.created'),
      value: (row) => row.createdAt,
      cell: (row) => <RelativeTime at={row.createdAt} />,
      wide: true,
      width: 110,
      grow: 0.6,
    },
    {
      id: 'sha256',
      header: t('images.column.sha256'),
      value: (row) => row.sha256,
      width: 200,
      hidden: true,
    },
    { id: 'id', header: t('images.column.id'), value: (row) => row.id, width: 290, hidden: true },
  ];
}
