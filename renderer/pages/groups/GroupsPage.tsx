import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ServerGroup } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { DeleteDialog } from '../../components/DeleteDialog.tsx';
import { ResourceList } from '../../components/ResourceList.tsx';
import { GroupDialog } from '../../forms/group/GroupDialog.tsx';
import { useItem, useList, useNova } from '../../stores/nova.ts';
import type { Column } from '../../ui/table/columns.ts';
import { nameColumn } from '../../ui/table/name-column.tsx';
import { GroupDrawer } from './GroupDrawer.tsx';

const BY_NAME = { id: 'name', desc: false } as const;

function useColumns(): Column<ServerGroup>[] {
  const { t } = useTranslation();
  const projects = useNova((state) => state.projects.items);
  return useMemo(
    () => [
      nameColumn(t('scheduling.column.name')),
      {
        id: 'policy',
        header: t('scheduling.groups.policy'),
        value: (row) => t(`scheduling.policy.${row.policy}`),
        width: 180,
        grow: 1,
      },
      {
        id: 'members',
        header: t('scheduling.groups.members'),
        value: (row) => row.memberIds.length,
        align: 'right',
        width: 100,
      },
      {
        id: 'most',
        header: t('scheduling.groups.mostPerHost'),
        value: (row) => (row.policy === 'anti-affinity' ? row.maxServerPerHost : null),
        align: 'right',
        width: 210,
        wide: true,
      },
      {
        id: 'project',
        header: t('scheduling.project'),
        value: (row) => projects.get(row.projectId)?.name ?? '',
        width: 130,
        grow: 1,
        wide: true,
      },
    ],
    [t, projects],
  );
}

/** Instances that are to be near each other, or apart. */
export function GroupsPage(): ReactNode {
  const { t } = useTranslation();
  const columns = useColumns();
  const [creating, setCreating] = useState(false);
  const [shownId, setShown] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly ServerGroup[]>([]);
  const shown = useItem('serverGroups', shownId);
  return (
    <>
      <ResourceList
        id="groups"
        title={t('scheduling.groups.title')}
        rows={useList('serverGroups')}
        columns={columns}
        sort={BY_NAME}
        placeholder={t('scheduling.groups.filter')}
        emptyTitle={t('scheduling.groups.emptyTitle')}
        emptyText={t('scheduling.groups.emptyText')}
        add={t('scheduling.groups.add')}
        onAdd={() => setCreating(true)}
        onOpen={(row) => setShown(row.id)}
        onDelete={setDeleting}
        renderMenu={() => null}
      />
      {creating && <GroupDialog onClose={() => setCreating(false)} />}
      {shown && <GroupDrawer group={shown} onClose={() => setShown(null)} />}
      {deleting.length > 0 && (
        <DeleteDialog
          items={deleting}
          titleOfMany={t('scheduling.groups.deleteManyTitle', { count: deleting.length })}
          text={t('scheduling.groups.deleteText')}
          remove={(ref) => call('serverGroup.delete', { ref })}
          onClose={() => setDeleting([])}
        />
      )}
    </>
  );
}
