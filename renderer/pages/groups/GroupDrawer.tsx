import { Drawer, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ServerGroup } from '../../../core/contract/index.ts';
import { InstanceLink } from '../../components/InstanceLink.tsx';
import { useCopy } from '../../components/use-clipboard.ts';
import { useNova } from '../../stores/nova.ts';
import { CopyText } from '../../ui/CopyText.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Panel } from '../../ui/Panel.tsx';

interface Props {
  readonly group: ServerGroup;
  readonly onClose: () => void;
}

/** A server group with its members and where they are. */
export function GroupDrawer({ group, onClose }: Props): ReactNode {
  const { t } = useTranslation();
  const copy = useCopy();
  const instances = useNova((state) => state.instances.items);
  const members = group.memberIds.flatMap((id) => instances.get(id) ?? []);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={480}
      title={group.name}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="md">
        <Facts
          facts={[
            { label: t('scheduling.groups.policy'), value: t(`scheduling.policy.${group.policy}`) },
            { label: 'ID', value: <CopyText text={group.id} onCopy={copy} /> },
          ]}
        />
        <Panel title={t('scheduling.groups.members')}>
          {members.length === 0 && <Text size="sm">{t('scheduling.groups.noMembers')}</Text>}
          <Facts
            facts={members.map((instance) => ({
              label: instance.hostName ?? t('form.none'),
              value: <InstanceLink id={instance.id} name={instance.name} />,
            }))}
          />
        </Panel>
      </Stack>
    </Drawer>
  );
}
