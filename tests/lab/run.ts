import { spawn } from 'node:child_process';

export interface RunOptions {
  /** bytes for the command's standard input */
  readonly input?: string | Uint8Array;
  /** milliseconds; a command that takes longer is killed and the call rejects */
  readonly timeout?: number;
  /** resolve with the exit code instead of rejecting when it is not 0 */
  readonly allowFailure?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** null when a signal ended the command */
  readonly code: number | null;
}

/** Runs one command of the machine to its end. @throws Error with the command, its exit code and what it said */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeout ?? 60_000,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A command that ends without reading its input closes the pipe; its exit code is what counts.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const result = { stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code };
  if (code !== 0 && options.allowFailure !== true) {
    throw new Error(
      `${argv.join(' ')} ended with ${code ?? 'a signal'}: ${result.stderr.trim() || result.stdout.trim()}`,
    );
  }
  return result;
}

/** Asks `ready` every 20 ms until it answers with something. @throws Error naming `what` after `timeout` milliseconds */
export async function until<T>(
  what: string,
  ready: () => T | undefined | Promise<T | undefined>,
  timeout = 30_000,
): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ready();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
