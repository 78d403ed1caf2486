import { ActionIcon, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../core/contract/index.ts';
import { DotsIcon } from '../../ui/icons.tsx';

export type HostAction = 'show' | 'test' | 'connect' | 'settings' | 'enable' | 'disable' | 'remove';

interface Props {
  readonly host: Host;
  readonly onAct: (action: HostAction) => void;
}

/** Everything that can be done to a host as it is now. */
export function HostMenu({ host, onAct }: Props): ReactNode {
  const { t } = useTranslation();
  const item = (action: HostAction, danger = false): ReactNode => (
    <Menu.Item {...(danger && { color: 'red' })} onClick={() => onAct(action)}>
      {t(`hypervisors.action.${action}`)}
    </Menu.Item>
  );
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('action.more', { name: host.name })}>
          <DotsIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {item('show')}
        {item('test')}
        {host.connection !== 'connected' && item('connect')}
        {item('settings')}
        {item(host.enabled ? 'disable' : 'enable')}
        <Menu.Divider />
        {item('remove', true)}
      </Menu.Dropdown>
    </Menu>
  );
}
