import { dataFolder } from '../transport/platform.ts';
import { COMPLETE_WORDS } from './commands/complete.ts';
import { createContext, type Context } from './context.ts';
import type { Io } from './io.ts';
import { createProgram, readGlobals } from './program.ts';
import { EXIT, settleError } from './report.ts';
import type { StartControlPlane } from './session.ts';

export interface RunOptions {
  readonly io: Io;
  readonly version: string;
  readonly start: StartControlPlane;
  readonly signal: AbortSignal;
}

async function answerShell(argv: readonly string[], { io, version }: RunOptions): Promise<number> {
  const program = createProgram(version, io, () => {
    throw new Error('nothing runs while a line is completed');
  });
  // It reads the state file by itself, which no other command does.
  const { completeLine } = await import('./complete.ts');
  const lines = await completeLine(program, argv, { home: dataFolder(), version });
  io.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return EXIT.ok;
}

/**
 * Runs one command line.
 * @param argv what was typed after `micronova`
 * @returns the exit code
 */
export async function run(argv: readonly string[], options: RunOptions): Promise<number> {
  const { io, version, signal } = options;
  if (argv[0] === COMPLETE_WORDS) return answerShell(argv.slice(1), options);
  let context: Context | undefined;
  const program = createProgram(version, io, () => {
    context ??= createContext({ ...options, argv, options: readGlobals(program, io) });
    return context;
  });
  const settle = (error: unknown): number => {
    const cause: unknown = signal.aborted ? signal.reason : error;
    const shown = context?.options;
    return settleError(io, cause, { json: shown?.format === 'json', debug: shown?.debug ?? false });
  };
  let code: number = EXIT.ok;
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    code = settle(error);
  }
  try {
    await context?.finish();
  } catch (error) {
    const finished = settle(error);
    code = code === EXIT.ok ? finished : code;
  }
  return code;
}
