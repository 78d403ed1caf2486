import { describe, expect, it } from 'vitest';
import { InTurn } from './in-turn.ts';
import { decideVirtType } from './kvm.ts';
import { waitUntil } from './wait.ts';

const offersKvm = {
  guests: [{ arch: { name: 'x86_64', domains: [{ type: 'qemu' }, { type: 'kvm' }] } }],
};
const offersNone = { guests: [{ arch: { name: 'x86_64', domains: [{ type: 'qemu' }] } }] };

describe('KVM', () => {
  it('is believed on proof', () => {
    expect(decideVirtType('automatic', offersKvm, 'x86_64', new Set(['sse2', 'svm']))).toEqual({
      virtType: 'kvm',
      virtReason: null,
    });
    const trap = decideVirtType('automatic', offersKvm, 'x86_64', new Set(['sse2']));
    expect(trap.virtType).toBe('qemu');
    expect(trap.virtReason).toMatch(/neither vmx nor svm/);
  });

  it('is used or left when a person says so, as far as there is any', () => {
    expect(decideVirtType('kvm', offersKvm, 'x86_64', new Set()).virtType).toBe('kvm');
    expect(decideVirtType('kvm', offersNone, 'x86_64', new Set(['vmx'])).virtType).toBe('qemu');
    expect(decideVirtType('emulation', offersKvm, 'x86_64', new Set(['vmx'])).virtType).toBe('qemu');
  });
});

describe('waiting', () => {
  const signal = new AbortController().signal;
  const silent = () => ({ [Symbol.dispose]: () => undefined });

  it('ends as soon as a sign and the state agree', async () => {
    let ready = false;
    const woken = waitUntil({
      check: async () => ready,
      wake: (wake) => {
        queueMicrotask(() => {
          ready = true;
          wake();
        });
        return silent();
      },
      timeout: 60_000,
      signal,
    });
    await expect(woken).resolves.toBe(true);
  });

  it('gives up in time, and at once when cancelled', async () => {
    await expect(waitUntil({ check: async () => false, wake: silent, timeout: 1, signal })).resolves.toBe(
      false,
    );
    const abort = new AbortController();
    const waiting = waitUntil({
      check: async () => false,
      wake: silent,
      timeout: 60_000,
      signal: abort.signal,
    });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('work in turn', () => {
  it('on one key never overlaps, on two it may, and a failure stops nobody', async () => {
    const turns = new InTurn();
    const log: string[] = [];
    const work =
      (name: string, fail = false) =>
      async () => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
        if (fail) throw new Error(name);
        return name;
      };
    const all = await Promise.allSettled([
      turns.run('a', work('one', true)),
      turns.run('a', work('two')),
      turns.run('b', work('other')),
    ]);
    expect(all.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(log.indexOf('two begins')).toBeGreaterThan(log.indexOf('one ends'));
    expect(log.indexOf('other begins')).toBeLessThan(log.indexOf('one ends'));
  });
});
