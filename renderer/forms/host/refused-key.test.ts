import { expect, it } from 'vitest';
import type { ErrorCode, HostTest } from '../../../core/contract/index.ts';
import { refusedKey } from './refused-key.ts';

function failedWith(code: ErrorCode): HostTest {
  const error = { code, message: '' };
  const step = {
    step: 'host-key',
    result: 'failed',
    detail: '',
    remedy: null,
    milliseconds: 1,
    error,
  } as const;
  return { ok: false, steps: [step], unknownHostKey: null, needs: null };
}

it.each([
  ['transport.host_key_changed', 'changed'],
  ['transport.host_key_revoked', 'revoked'],
  ['transport.host_key_unknown', null],
  ['transport.timeout', null],
] as const)('%s → %s', (code, refused) => {
  expect(refusedKey(failedWith(code))).toBe(refused);
});
