import { Menu } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ADMIN_PROJECT, type Project } from '../../../core/contract/index.ts';
import { call } from '../../api/client.ts';
import { DeleteDialog } from '../../components/DeleteDialog.tsx';
import { ResourceList } from '../../components/ResourceList.tsx';
import { ProjectDialog } from '../../forms/project/ProjectDialog.tsx';
import { useItem, useList } from '../../stores/nova.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import type { Column } from '../../ui/table/columns.ts';
import { nameColumn } from '../../ui/table/name-column.tsx';
import { type BarResource, QuotaBar } from './QuotaBar.tsx';

const QUOTAS: readonly BarResource[] = ['instances', 'cores', 'ram'];
const BY_NAME = { id: 'name', desc: false } as const;

function useColumns(): Column<Project>[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      nameColumn(t('scheduling.column.name')),
      {
        id: 'enabled',
        header: t('projects.state'),
        value: (row) => (row.enabled ? t('projects.enabled') : t('projects.disabled')),
        cell: (row) => (
          <StatusBadge
            tone={row.enabled ? 'ok' : 'idle'}
            label={row.enabled ? t('projects.enabled') : t('projects.disabled')}
          />
        ),
        width: 120,
      },
      ...QUOTAS.map((resource) => ({
        id: resource,
        header: t(`projects.quota.${resource}`),
        value: (row: Project) => row.quota[resource],
        cell: (row: Project) => <QuotaBar project={row} resource={resource} />,
        width: 130,
        grow: 1,
      })),
      {
        id: 'description',
        header: t('flavors.column.description'),
        value: (row) => row.description,
        width: 160,
        grow: 1,
        wide: true,
      },
      { id: 'id', header: t('instances.column.id'), value: (row) => row.id, width: 290, hidden: true },
    ],
    [t],
  );
}

/** Who may have how much. */
export function ProjectsPage(): ReactNode {
  const { t } = useTranslation();
  const columns = useColumns();
  const [creating, setCreating] = useState(false);
  const [editedId, setEdited] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<readonly Project[]>([]);
  const edited = useItem('projects', editedId);
  return (
    <>
      <ResourceList
        id="projects"
        title={t('projects.title')}
        rows={useList('projects')}
        columns={columns}
        sort={BY_NAME}
        placeholder={t('projects.filter')}
        emptyTitle={t('projects.title')}
        emptyText={t('projects.emptyText')}
        add={t('projects.add')}
        onAdd={() => setCreating(true)}
        onOpen={(row) => setEdited(row.id)}
        onDelete={(rows) => setDeleting(rows.filter((row) => row.id !== ADMIN_PROJECT))}
        renderMenu={(row) => <Menu.Item onClick={() => setEdited(row.id)}>{t('scheduling.edit')}</Menu.Item>}
      />
      {creating && <ProjectDialog project={null} onClose={() => setCreating(false)} />}
      {edited && <ProjectDialog project={edited} onClose={() => setEdited(null)} />}
      {deleting.length > 0 && (
        <DeleteDialog
          items={deleting}
          titleOfMany={t('projects.deleteManyTitle', { count: deleting.length })}
          text={t('projects.deleteText')}
          remove={(ref) => call('project.delete', { ref })}
          onClose={() => setDeleting([])}
        />
      )}
    </>
  );
}
