import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExpectedError } from '../domain/errors.ts';
import { formatKnownHost, type KnownHostLine, parseKnownHosts } from './known-hosts.ts';
import { currentEnvironment, type Environment, sshFiles } from './platform.ts';

/** Every host key that this user's OpenSSH or Micronova knows. Only Micronova's own file is ever written. */
export interface KnownHosts {
  /** Read anew each time: a person may have mended a file since. */
  lines(): Promise<KnownHostLine[]>;
  add(host: string, port: number, key: Buffer): Promise<void>;
  /** Micronova's own file */
  readonly file: string;
}

async function readLines(file: string): Promise<KnownHostLine[]> {
  try {
    return parseKnownHosts(await readFile(file, 'utf8'), file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    // A file that cannot be read may hold the key that would show a change: better to stop than to ask as if it were new.
    throw new ExpectedError('transport.key_unreadable', `The known hosts in ${file} cannot be read.`, {
      cause: error,
      remedy: `Make ${file} readable for your account.`,
    });
  }
}

class FileKnownHosts implements KnownHosts {
  readonly file: string;
  readonly #others: readonly string[];
  // One after the other, so that two hosts added at once find each other's line.
  #queue: Promise<void> = Promise.resolve();

  constructor(file: string, others: readonly string[]) {
    this.file = file;
    this.#others = others;
  }

  async lines(): Promise<KnownHostLine[]> {
    return (await Promise.all([this.file, ...this.#others].map(readLines))).flat();
  }

  add(host: string, port: number, key: Buffer): Promise<void> {
    const done = this.#queue.then(() => this.#append(formatKnownHost(host, port, key)));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #append(line: string): Promise<void> {
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    const file = await open(this.file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
    try {
      const before = await file.readFile('utf8');
      if (before.split('\n').includes(line.trimEnd())) return;
      // One write in append mode: never half a line between another process's lines.
      await file.write(before === '' || before.endsWith('\n') ? line : `\n${line}`);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** @param home Micronova's data folder */
export function createKnownHosts(home: string, environment: Environment = currentEnvironment()): KnownHosts {
  return new FileKnownHosts(join(home, 'known_hosts'), sshFiles(environment).knownHosts);
}
