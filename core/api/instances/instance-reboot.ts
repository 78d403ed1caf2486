import type { Parsed } from '../../contract/index.ts';
import type { RequestContext } from '../../identity/context.ts';
import type { Tx } from '../../state/database.ts';
import { accept, type Accepted, onHost } from './instance-accept.ts';

export function rebootInstance(
  tx: Tx,
  { ref, type, whenBack }: Parsed<'instance.reboot'>,
  context: RequestContext,
): Accepted {
  const action = type === 'hard' ? 'reboot_hard' : 'reboot';
  return accept(tx, onHost(tx, ref, action), { action, input: { type }, whenBack }, context);
}
