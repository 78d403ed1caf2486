import type { TFunction } from 'i18next';
import type { Flavor, Instance } from '../../../core/contract/index.ts';
import type { Column } from '../../ui/table/columns.ts';
import type { Format } from '../../ui/use-format.ts';

/** Nothing where there is none: a column of zeros tells less. */
function size(value: number, show: (value: number) => string): string {
  return value === 0 ? '' : show(value);
}

export function flavorColumns(
  t: TFunction,
  format: Format,
  instances: readonly Instance[],
): Column<Flavor>[] {
  const used = (row: Flavor): number => instances.filter((instance) => instance.flavor.id === row.id).length;
  return [
    { id: 'name', header: t('flavors.column.name'), value: (row) => row.name, width: 130, grow: 2 },
    {
      id: 'vcpus',
      header: t('flavors.column.vcpus'),
      value: (row) => row.vcpus,
      align: 'right',
      width: 80,
    },
    {
      id: 'ram',
      header: t('flavors.column.ram'),
      value: (row) => row.ram,
      cell: (row) => format.mib(row.ram),
      align: 'right',
      width: 100,
    },
    {
      id: 'disk',
      header: t('flavors.column.disk'),
      value: (row) => row.disk,
      cell: (row) => (row.disk === 0 ? t('instances.detail.diskOfImage') : format.gib(row.disk)),
      align: 'right',
      width: 110,
    },
    {
      id: 'ephemeral',
      header: t('flavors.column.ephemeral'),
      value: (row) => row.ephemeral,
      cell: (row) => size(row.ephemeral, format.gib),
      align: 'right',
      width: 100,
      wide: true,
    },
    {
      id: 'swap',
      header: t('flavors.column.swap'),
      value: (row) => row.swap,
      cell: (row) => size(row.swap, format.mib),
      align: 'right',
      width: 90,
      wide: true,
    },
    {
      id: 'used',
      header: t('flavors.column.used'),
      value: used,
      cell: (row) => size(used(row), String),
      align: 'right',
      width: 95,
    },
    {
      id: 'specs',
      header: t('flavors.column.specs'),
      value: (row) =>
        Object.entries(row.extraSpecs)
          .map(([key, value]) => `${key}=${value}`)
          .join(', '),
      width: 130,
      grow: 2,
      wide: true,
    },
    {
      id: 'description',
      header: t('flavors.column.description'),
      value: (row) => row.description,
      width: 130,
      grow: 2,
      hidden: true,
    },
    { id: 'id', header: t('flavors.column.id'), value: (row) => row.id, width: 290, hidden: true },
  ];
}
