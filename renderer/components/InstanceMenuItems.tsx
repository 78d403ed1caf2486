import { Menu, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { LIFE_ACTIONS, type LifeAction } from './instance-actions.ts';
import { useRefusal } from './use-refusal.ts';

interface ItemProps {
  readonly label: string;
  readonly refusal: string | null;
  readonly danger?: boolean;
  readonly onClick: () => void;
}

function Item({ label, refusal, danger, onClick }: ItemProps): ReactNode {
  return (
    <Tooltip label={refusal} disabled={refusal === null} position="left">
      <Menu.Item
        {...(danger && refusal === null && { color: 'red' })}
        {...(refusal !== null && { 'data-disabled': true })}
        // Not `disabled`: that would take away the focus by which the reason is reached.
        aria-disabled={refusal !== null}
        closeMenuOnClick={refusal === null}
        onClick={() => refusal === null && onClick()}
      >
        {label}
      </Menu.Item>
    </Tooltip>
  );
}

interface Props {
  readonly instance: Instance;
  readonly onAct: (action: LifeAction) => void;
  readonly onRename: () => void;
  readonly onConsole?: () => void;
}

/** Everything that can be done to one instance; what cannot be done now says why. */
export function InstanceMenuItems({ instance, onAct, onRename, onConsole }: Props): ReactNode {
  const { t } = useTranslation();
  const refusalOf = useRefusal();
  return (
    <>
      {onConsole && (
        <Item
          label={t('instances.action.console')}
          refusal={refusalOf('console', instance)}
          onClick={onConsole}
        />
      )}
      <Item label={t('instances.action.rename')} refusal={refusalOf('rename', instance)} onClick={onRename} />
      <Menu.Divider />
      {LIFE_ACTIONS.map((action) => (
        <Item
          key={action}
          label={t(`instances.action.${action}`)}
          refusal={refusalOf(action, instance)}
          danger={action === 'delete'}
          onClick={() => onAct(action)}
        />
      ))}
    </>
  );
}
