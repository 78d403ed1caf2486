import type { ReactNode } from 'react';
import type { Instance } from '../../../core/contract/index.ts';
import type { FormAction } from '../../components/instance-actions.ts';
import { DetailsDialog } from './DetailsDialog.tsx';
import { EvacuateDialog } from './EvacuateDialog.tsx';
import type { InstanceFormProps } from './form-props.ts';
import { LockDialog } from './LockDialog.tsx';
import { PasswordDialog } from './PasswordDialog.tsx';
import { RebuildDialog } from './RebuildDialog.tsx';
import { RescueDialog } from './RescueDialog.tsx';
import { ResetStateDialog } from './ResetStateDialog.tsx';

export interface AskedForm {
  readonly action: FormAction;
  readonly instance: Instance;
}

const FORMS: Readonly<Record<FormAction, (props: InstanceFormProps) => ReactNode>> = {
  rename: DetailsDialog,
  rescue: RescueDialog,
  rebuild: RebuildDialog,
  set_password: PasswordDialog,
  lock: LockDialog,
  evacuate: EvacuateDialog,
  reset_state: ResetStateDialog,
};

/** The form of an action that needs more than a yes. */
export function InstanceForm({ action, ...props }: AskedForm & InstanceFormProps): ReactNode {
  const Form = FORMS[action];
  return <Form {...props} />;
}
