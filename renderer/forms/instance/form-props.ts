import type { Instance } from '../../../core/contract/index.ts';

/** What the form of an action is given. */
export interface InstanceFormProps {
  readonly instance: Instance;
  readonly onClose: () => void;
}
