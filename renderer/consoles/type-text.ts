/** One key of a typed text: its X11 keysym, and whether Shift is held on a US keyboard. */
export interface Keystroke {
  readonly keysym: number;
  readonly shift: boolean;
}

// X11/keysymdef.h
const RETURN = 0xff0d;
const TAB = 0xff09;
const SHIFT_LEFT = 0xffe1;
const UNICODE = 0x0100_0000;

const SHIFTED = /[A-Z~!@#$%^&*()_+{}|:"<>?]/;

/** milliseconds between keys: an emulated PS/2 keyboard drops what comes faster */
const PACE = 12;

/** The keys that type `text`; line ends of every kind become Return, other control characters are left out. */
export function keystrokes(text: string): Keystroke[] {
  const keys: Keystroke[] = [];
  for (const character of text.replaceAll(/\r\n?/g, '\n')) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n') keys.push({ keysym: RETURN, shift: false });
    else if (character === '\t') keys.push({ keysym: TAB, shift: false });
    else if (code >= 0x20 && code !== 0x7f) {
      keys.push({ keysym: code <= 0xff ? code : UNICODE + code, shift: SHIFTED.test(character) });
    }
  }
  return keys;
}

type SendKey = (keysym: number, code: string | null, down: boolean) => void;

/** Types into a guest at a pace that its keyboard can follow. */
export async function typeText(text: string, send: SendKey, signal: AbortSignal): Promise<void> {
  for (const { keysym, shift } of keystrokes(text)) {
    if (signal.aborted) return;
    if (shift) send(SHIFT_LEFT, 'ShiftLeft', true);
    send(keysym, null, true);
    send(keysym, null, false);
    if (shift) send(SHIFT_LEFT, 'ShiftLeft', false);
    await new Promise((done) => {
      setTimeout(done, PACE);
    });
  }
}
