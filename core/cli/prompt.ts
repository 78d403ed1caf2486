import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Context } from './context.ts';
import { safeText } from './output/safe-text.ts';

/** bytes: no password is longer */
const LONGEST_SECRET = 4096;

/** Asks on the terminal; whether what is typed can be seen is the caller's choice. */
async function ask({ io, signal }: Context, question: string, hidden: boolean): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: io.stdin, output: hidden ? silent : io.stderr, terminal: true });
  // readline takes the terminal raw, so Ctrl-C comes to it as a key and not to the process as a signal.
  terminal.on('SIGINT', () => process.emit('SIGINT'));
  try {
    const answer = terminal.question(hidden ? '' : safeText(question), { signal });
    if (hidden) io.stderr.write(safeText(question));
    return await answer;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    terminal.close();
    if (hidden) io.stderr.write('\n');
  }
}

/** True for “yes” or “y”; anything else is no. */
export async function askYesNo(context: Context, question: string): Promise<boolean> {
  const answer = await ask(context, `${question} [yes/no] `, false);
  return /^y(es)?$/i.test(answer.trim());
}

/** Asks for a secret without showing it. */
export function askSecret(context: Context, question: string): Promise<string> {
  return ask(context, `${question}: `, true);
}

/** The first line of standard input, which is not a terminal. */
export async function readSecret({ io }: Context): Promise<string> {
  let text = '';
  for await (const chunk of io.stdin) {
    text += String(chunk);
    if (text.includes('\n') || text.length > LONGEST_SECRET) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}
