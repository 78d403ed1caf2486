import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../stores/nova.ts';
import { SearchIcon } from '../ui/icons.tsx';
import { PAGE_NAMES, PAGES } from './pages.ts';

export const [paletteStore, commandPalette] = createSpotlight();

/** Ctrl+K: every page, every instance, and what may be begun from anywhere. */
export function Commands(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const instances = useList('instances');

  const actions = useMemo<SpotlightActionData[]>(() => {
    return [
      {
        id: 'launch',
        label: t('instances.launch'),
        onClick: () => void navigate({ to: '/instances', search: { launch: true } }),
      },
      {
        id: 'add-host',
        label: t('instances.addHost'),
        onClick: () => void navigate({ to: '/hypervisors', search: { add: true } }),
      },
      ...PAGE_NAMES.map((name) => ({
        id: name,
        label: t(`nav.${name}`),
        onClick: () => void navigate({ to: PAGES[name] }),
      })),
      ...instances.map((instance) => ({
        id: instance.id,
        label: instance.name,
        description: instance.addresses.map((each) => each.address).join(', '),
        onClick: () => void navigate({ to: '/instances/$id', params: { id: instance.id } }),
      })),
    ];
  }, [t, navigate, instances]);

  return (
    <Spotlight
      store={paletteStore}
      actions={actions}
      shortcut="mod + K"
      limit={12}
      scrollable
      nothingFound={t('app.nothingFound')}
      searchProps={{ leftSection: <SearchIcon />, placeholder: t('app.search') }}
    />
  );
}
