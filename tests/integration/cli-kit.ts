import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, until, type RunOptions, type RunResult } from '../lab/run.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'core', 'cli', 'main.ts');

/** A person's computer: a data folder and a home of its own, and the command `micronova`. */
export class Desk {
  readonly folder: string;
  readonly #running: ChildProcessWithoutNullStreams[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Desk> {
    const desk = new Desk(await mkdtemp(join(tmpdir(), 'micronova-desk-')));
    await mkdir(join(desk.folder, 'home', '.ssh'), { recursive: true, mode: 0o700 });
    return desk;
  }

  get home(): string {
    return join(this.folder, 'data');
  }

  /** Nothing of the person who runs the tests: no keys, no agent, no known hosts. */
  get #env(): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return { PATH, HOME: join(this.folder, 'home'), MICRONOVA_HOME: this.home, LC_ALL: 'C.UTF-8' };
  }

  /** Runs a command to its end, however it ends. */
  run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const argv = [process.execPath, MAIN, ...args];
    return run(argv, { timeout: 110_000, allowFailure: true, env: this.#env, ...options });
  }

  /** Runs a command that must succeed. @returns what it printed */
  async do(...args: string[]): Promise<string> {
    const { stdout, stderr, code } = await this.run(args);
    if (code !== 0) throw new Error(`micronova ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Runs a command that must succeed, and reads its JSON. */
  async json<T = Record<string, unknown>>(...args: string[]): Promise<T> {
    return JSON.parse(await this.do(...args, '-f', 'json')) as T;
  }

  /** Starts a command and leaves it running. */
  start(args: readonly string[]): {
    child: ChildProcessWithoutNullStreams;
    output: () => string;
    errors: () => string;
  } {
    const child = spawn(process.execPath, [MAIN, ...args], { env: this.#env });
    this.#running.push(child);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    return { child, output: () => output, errors: () => errors };
  }

  /** Starts `serve` and waits until it is ready. */
  async serve(): Promise<ChildProcessWithoutNullStreams> {
    const { child, output, errors } = this.start(['serve']);
    await until(`micronova serve (${errors()})`, () => (output().includes('is ready') ? true : undefined));
    return child;
  }

  /** Every byte that the data folder holds, image files left out. */
  async kept(): Promise<Buffer> {
    const files = await readdir(this.home, { recursive: true, withFileTypes: true });
    const paths = files.filter((one) => one.isFile() && !one.parentPath.endsWith('images'));
    return Buffer.concat(await Promise.all(paths.map((one) => readFile(join(one.parentPath, one.name)))));
  }

  async remove(): Promise<void> {
    for (const child of this.#running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
