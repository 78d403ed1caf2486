import { Menu, Tooltip } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Instance } from '../../core/contract/index.ts';
import { type OfferedAction, offersOf } from './instance-actions.ts';
import { useHostAway } from './instance-status.tsx';
import { useRefusal } from './use-refusal.ts';

const DANGEROUS: ReadonlySet<OfferedAction> = new Set(['soft_delete', 'delete', 'force_delete']);

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
  readonly onAct: (action: OfferedAction) => void;
  readonly onConsole?: () => void;
}

/** Everything that can be done to one instance; what cannot be done now says why. */
export function InstanceMenuItems({ instance, onAct, onConsole }: Props): ReactNode {
  const { t } = useTranslation();
  const refusalOf = useRefusal();
  const groups = offersOf(instance, useHostAway(instance));
  return (
    <>
      {onConsole && (
        <Item
          label={t('instances.action.console')}
          refusal={refusalOf('console', instance)}
          onClick={onConsole}
        />
      )}
      {groups.map((group, index) => (
        <Fragment key={group.join()}>
          {(index > 0 || onConsole) && <Menu.Divider />}
          {group.map((action) => (
            <Item
              key={action}
              label={t(`instances.action.${action}`)}
              refusal={refusalOf(action, instance)}
              danger={DANGEROUS.has(action)}
              onClick={() => onAct(action)}
            />
          ))}
        </Fragment>
      ))}
    </>
  );
}
