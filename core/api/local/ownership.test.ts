import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectLocal } from './client.ts';

const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

// A process that becomes the owner of each folder it is told, on a real database, and leaves it on an empty line.
const CONTENDER = `
  const { ownHome } = await import(${here('./ownership.ts')});
  const { databaseFile, openDatabase } = await import(${here('../../state/database.ts')});
  const { silentLog } = await import(${here('../../domain/log.ts')});
  const { createInterface } = await import('node:readline');
  const start = async (home) => {
    const database = openDatabase(databaseFile(home), { log: silentLog });
    return {
      call: async () => null,
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
      redeemConsole: () => Promise.reject(new Error('no consoles here')),
      close: async () => database.close(),
    };
  };
  let owned;
  console.log('ready');
  for await (const home of createInterface({ input: process.stdin })) {
    if (home === '') {
      await owned?.close();
      owned = undefined;
      console.log('left');
      continue;
    }
    try {
      owned = await ownHome(home, { owner: 'serve', version: '1' }, () => start(home));
      console.log('owner');
    } catch (error) {
      console.log(error.code ?? String(error));
    }
  }
`;

class Contender {
  readonly process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  constructor() {
    this.process = spawn(process.execPath, ['--input-type=module', '-e', CONTENDER]);
    this.process.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.process.stdout });
  }

  async answer(): Promise<string> {
    const [line] = await once(this.#lines, 'line');
    return String(line);
  }

  tell(line: string): Promise<string> {
    const answer = this.answer();
    this.process.stdin.write(`${line}\n`);
    return answer;
  }
}

let root: string;
let contenders: readonly [Contender, Contender];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'micronova-own-'));
  contenders = [new Contender(), new Contender()];
  await Promise.all(contenders.map((one) => one.answer()));
});

afterAll(async () => {
  for (const { process: child } of contenders) child.kill();
  await rm(root, { recursive: true });
});

it('gives a folder to exactly one of two that start at once, twenty times', async () => {
  for (let round = 0; round < 20; round += 1) {
    // Every other round meets the database and the dead socket of the one before.
    const home = join(root, String(round - (round % 2)));
    await mkdir(home, { recursive: true });
    const answers = await Promise.all(contenders.map((one) => one.tell(home)));
    expect(answers.toSorted(), `round ${round}`).toEqual(['owner', 'state.in_use']);
    const client = await connectLocal(home, '1');
    expect(client?.server.pid).toBe(contenders[answers.indexOf('owner')]?.process.pid);
    client?.[Symbol.dispose]();
    await Promise.all(contenders.map((one) => one.tell('')));
  }
});

it('lets the next one in when the owner was killed', async () => {
  const home = join(root, 'killed');
  const victim = new Contender();
  await victim.answer();
  expect(await victim.tell(home)).toBe('owner');
  victim.process.kill('SIGKILL');
  await once(victim.process, 'exit');
  expect(await contenders[0].tell(home)).toBe('owner');
  await contenders[0].tell('');
});
