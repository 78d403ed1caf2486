import type { HostTest } from '../../../core/contract/index.ts';

/** Why the key that a host showed is refused; null when it is not. An unknown one is not refused: it is asked about. */
export function refusedKey(test: HostTest): 'changed' | 'revoked' | null {
  const codes = test.steps.map((step) => step.error?.code);
  if (codes.includes('transport.host_key_revoked')) return 'revoked';
  return codes.includes('transport.host_key_changed') ? 'changed' : null;
}
