import type { TFunction } from 'i18next';
import type { Instance } from '../../../core/contract/index.ts';
import { InstanceStatusBadge } from '../../components/instance-status.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { nameColumn } from '../../ui/table/name-column.tsx';

export function addressesOf(instance: Instance): string {
  return instance.addresses.map((each) => each.address).join(', ');
}

export function instanceColumns(t: TFunction): Column<Instance>[] {
  return [
    nameColumn(t('instances.column.name')),
    {
      id: 'status',
      header: t('instances.column.status'),
      value: (row) => row.status,
      cell: (row) => <InstanceStatusBadge instance={row} />,
      width: 150,
      grow: 1.8,
    },
    { id: 'address', header: t('instances.column.address'), value: addressesOf, width: 130, grow: 1 },
    {
      id: 'flavor',
      header: t('instances.column.flavor'),
      value: (row) => row.flavor.name,
      wide: true,
      width: 95,
    },
    {
      id: 'image',
      header: t('instances.column.image'),
      value: (row) => row.imageName,
      wide: true,
      width: 95,
      grow: 1,
    },
    { id: 'host', header: t('instances.column.host'), value: (row) => row.hostName, width: 118, grow: 1 },
    { id: 'key', header: t('instances.column.key'), value: (row) => row.keyName, width: 100, hidden: true },
    {
      id: 'created',
      header: t('instances.column.created'),
      value: (row) => row.createdAt,
      cell: (row) => <RelativeTime at={row.createdAt} />,
      wide: true,
      width: 132,
      grow: 1,
    },
    { id: 'id', header: t('instances.column.id'), value: (row) => row.id, width: 290, hidden: true },
  ];
}
