import { describe, expect, test } from 'vitest';
import { addressOf, emptyHostDraft, nameOf } from './host-draft.ts';

function typed(address: string) {
  return addressOf({ ...emptyHostDraft, address });
}

describe('an address as a person types it', () => {
  test.each([
    ['nas', { address: 'nas' }],
    ['admin@nas.lan', { address: 'nas.lan', user: 'admin' }],
    ['root@10.0.0.7:2222', { address: '10.0.0.7', user: 'root', port: 2222 }],
    ['ssh://me@nas:22', { address: 'nas', user: 'me', port: 22 }],
    ['[fe80::1]:2200', { address: '[fe80::1]', port: 2200 }],
    ['2001:db8::7', { address: '2001:db8::7' }],
  ])('%s', (text, expected) => {
    expect(typed(text)).toMatchObject({ kind: 'ssh', ...expected });
  });

  test.each(['', ' ', 'two words', 'a@b@c', 'nas:99999'])('%j is none', (text) => {
    expect(typed(text)).toBeNull();
  });

  test('the fields of their own win over what stands in the address', () => {
    expect(addressOf({ ...emptyHostDraft, address: 'a@nas:1', user: 'b', port: 2 })).toMatchObject({
      user: 'b',
      port: 2,
    });
  });

  test('a host without a name is called after its address', () => {
    expect(nameOf({ ...emptyHostDraft, address: 'root@nas:22' })).toBe('nas');
    expect(nameOf({ ...emptyHostDraft, address: 'nas', name: ' store ' })).toBe('store');
  });
});
