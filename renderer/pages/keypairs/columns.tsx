import type { TFunction } from 'i18next';
import type { Keypair } from '../../../core/contract/index.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import type { Column } from '../../ui/table/columns.ts';
import classes from './keypairs.module.css';

export function keypairColumns(t: TFunction): Column<Keypair>[] {
  return [
    { id: 'name', header: t('keypairs.column.name'), value: (row) => row.name, width: 140, grow: 1 },
    { id: 'type', header: t('keypairs.column.type'), value: (row) => row.type, width: 70 },
    {
      id: 'fingerprint',
      header: t('keypairs.column.fingerprint'),
      value: (row) => row.fingerprint,
      cell: (row) => <span className={classes.mono}>{row.fingerprint}</span>,
      width: 260,
      grow: 2,
    },
    {
      id: 'md5',
      header: t('keypairs.column.md5'),
      value: (row) => row.fingerprintMd5,
      cell: (row) => <span className={classes.mono}>{row.fingerprintMd5}</span>,
      width: 340,
      hidden: true,
    },
    {
      id: 'created',
      header: t('keypairs.column.created'),
      value: (row) => row.createdAt,
      cell: (row) => <RelativeTime at={row.createdAt} />,
      width: 110,
      wide: true,
    },
  ];
}
