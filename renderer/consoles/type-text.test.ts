import { describe, expect, test } from 'vitest';
import { keystrokes, typeText } from './type-text.ts';

describe('typing the clipboard', () => {
  test('holds Shift where a US keyboard needs it', () => {
    expect(keystrokes('aA1!')).toEqual([
      { keysym: 0x61, shift: false },
      { keysym: 0x41, shift: true },
      { keysym: 0x31, shift: false },
      { keysym: 0x21, shift: true },
    ]);
  });

  test('turns line ends of every system into one Return, and leaves control characters out', () => {
    const returns = keystrokes('a\r\nb\rc\n\u0007').filter((key) => key.keysym === 0xff0d);
    expect(returns).toHaveLength(3);
    expect(keystrokes('\u0007\u007f\u001b')).toEqual([]);
  });

  test('names characters beyond Latin-1 by their Unicode keysym', () => {
    expect(keystrokes('ệ')).toEqual([{ keysym: 0x0100_1ec7, shift: false }]);
  });

  test('lets go of every key it pressed, and stops when asked', async () => {
    const held = new Set<number>();
    const aborter = new AbortController();
    let pressed = 0;
    await typeText(
      'ABC',
      (keysym, _code, down) => {
        if (down) held.add(keysym);
        else held.delete(keysym);
        if (down && keysym !== 0xffe1) pressed += 1;
        if (pressed === 2) aborter.abort();
      },
      aborter.signal,
    );
    expect(pressed).toBe(2);
    expect(held.size).toBe(0);
  });
});
