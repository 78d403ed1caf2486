import type { ErrorCode } from '../contract/index.ts';
import { isExpected } from '../domain/errors.ts';

/** Trying again by itself would change nothing, and might lock the account or wear out a warning. */
const FOR_A_PERSON: ReadonlySet<unknown> = new Set<ErrorCode>([
  'transport.host_key_unknown',
  'transport.host_key_changed',
  'transport.host_key_revoked',
  'transport.auth_failed',
  'transport.passphrase_needed',
  'transport.passphrase_wrong',
  'transport.key_unreadable',
  'transport.no_common_algorithm',
  'libvirt.auth',
]);

/** Whether somebody has to look before another attempt makes sense. */
export function needsPerson(error: unknown): boolean {
  if (!isExpected(error)) return false;
  // What stopped a jump host stands in the details of the failure that names the jump.
  const reason = error.code === 'transport.jump_failed' ? error.details?.['code'] : error.code;
  return FOR_A_PERSON.has(reason);
}
