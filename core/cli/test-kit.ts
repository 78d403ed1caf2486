import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, PassThrough } from 'node:stream';
import {
  contract,
  type ContractEvent,
  isMethodName,
  type MethodName,
  type Output,
  type Parsed,
} from '../contract/index.ts';
import type { ControlPlane } from '../control-plane.ts';
import { ExpectedError } from '../domain/errors.ts';
import { run } from './run.ts';

type Answers = { [M in MethodName]?: (input: Parsed<M>) => Output<M> | Promise<Output<M>> };

/** A control plane of canned answers. What comes in is parsed as the real one does it. */
export class FakePlane implements ControlPlane {
  readonly calls: { method: string; input: unknown }[] = [];
  readonly pipes = new Map<string, Duplex>();
  readonly #answers: Answers;
  readonly #listeners = new Set<(event: ContractEvent) => void>();
  closed = false;
  idleGate: Promise<void> = Promise.resolve();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  async call(method: string, input: unknown): Promise<unknown> {
    if (!isMethodName(method)) throw new ExpectedError('not_supported', method);
    const parsed = contract[method].input.parse(input);
    this.calls.push({ method, input: parsed });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the same method's schema
    const answer = this.#answers[method] as ((input: unknown) => unknown) | undefined;
    if (answer === undefined) throw new ExpectedError('internal', `the fake has no answer to ${method}`);
    return answer(parsed);
  }

  /** What a method was called with, in order. */
  inputs(method: MethodName): unknown[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.input);
  }

  subscribe(listener: (event: ContractEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  emit(event: ContractEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  redeemConsole(ticket: string): Promise<Duplex> {
    const pipe = this.pipes.get(ticket);
    return pipe === undefined
      ? Promise.reject(new ExpectedError('not_found', 'no ticket'))
      : Promise.resolve(pipe);
  }

  idle(): Promise<void> {
    return this.idleGate;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class TestTerminal {
  readonly stdin = Object.assign(new PassThrough(), {
    isTTY: false,
    setRawMode: (_on: boolean) => undefined,
  });
  readonly stdout = Object.assign(new PassThrough(), { isTTY: false, columns: 80 });
  readonly stderr = Object.assign(new PassThrough(), { isTTY: false, columns: 80 });
  readonly env = {};
  out = '';
  err = '';

  constructor() {
    this.stdout.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.stderr.setEncoding('utf8').on('data', (text: string) => (this.err += text));
  }
}

export interface RunSetup {
  readonly terminal?: TestTerminal;
  readonly signal?: AbortSignal;
  /** the data folder; left out: a new one, removed afterwards */
  readonly home?: string;
}

/** Runs one command line against a control plane of its own. */
export async function runFake(
  plane: FakePlane,
  argv: readonly string[],
  setup: RunSetup = {},
): Promise<Outcome> {
  const home = setup.home ?? (await mkdtemp(join(tmpdir(), 'micronova-cli-')));
  const terminal = setup.terminal ?? new TestTerminal();
  try {
    const code = await run(['--home', home, ...argv], {
      io: terminal,
      version: '0.0.0-test',
      start: () => Promise.resolve(plane),
      signal: setup.signal ?? new AbortController().signal,
    });
    // What was written last is heard in the next turns.
    await new Promise((done) => setImmediate(done));
    return { code, out: terminal.out, err: terminal.err };
  } finally {
    if (setup.home === undefined) await rm(home, { recursive: true, force: true });
  }
}
