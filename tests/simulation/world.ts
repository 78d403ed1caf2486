import { z } from 'zod';
import { type ContractEvent, type MethodName, Resolution } from '../../core/contract/index.ts';
import { ExpectedError, toErrorBody } from '../../core/domain/errors.ts';
import type { Database } from '../../core/state/database.ts';
import { describe } from './describe-event.ts';
import { sharedDatabase } from './shared-database.ts';
import type { End } from './script.ts';
import type { Fault, Moment, Planned, Point } from './faults.ts';
import { emptyDatabase, furnish } from './fixture.ts';
import { brokenRules, OnlyRises } from './invariants.ts';
import { askOracle } from './oracle.ts';
import { Random } from './random.ts';
import { type Fate, SimHost } from './sim-host.ts';
import { type Ground, SimProcess } from './sim-process.ts';
import { statement } from './sql.ts';
import { VirtualClock } from './virtual-clock.ts';

/** milliseconds of elapsed time after which a history that does not come to rest is broken */
const PATIENCE = 6 * 3_600_000;
/** milliseconds in which whatever is gathered before it is looked at has been looked at */
const SETTLE = 1_000;
/** milliseconds between two full looks at a host, and a little more */
const RESYNC = 610_000;
/** milliseconds until the next attempt to reach a host, at most, and for the attempt */
const LONGEST_BACK_OFF = 62_000;
/** milliseconds after which a person starts again what would not start */
const START_AGAIN = 10_000;

const Resolvable = z.object({ id: z.string(), resolutions: z.array(Resolution) });

const BUSY = statement(`
SELECT (SELECT count(*) FROM tasks WHERE state IN ('queued', 'running'))
  + (SELECT count(*) FROM hosts WHERE connection != 'connected') AS busy`);
const AT_WORK = statement(`
SELECT t.kind || ' ' || s.name AS step FROM tasks t JOIN task_steps s ON s.task_id = t.id
  WHERE t.state = 'running' ORDER BY t.rowid DESC, s.seq DESC LIMIT 1`);

export interface WorldOptions {
  readonly seed: number;
  readonly hosts?: readonly string[];
  readonly planned?: readonly Planned[];
  /** keep what happened, in words */
  readonly keepLog?: boolean;
  /** keep every moment at which a fault may come */
  readonly keepPoints?: boolean;
}

/** A control plane, its hosts, its persons and its misfortunes, on a clock of their own. */
export class World implements Ground, Fate {
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly database: Database;
  readonly hosts: readonly SimHost[];
  readonly log: string[] = [];
  readonly findings: string[] = [];
  readonly points: Point[] = [];
  /** the faults that came, and where */
  readonly met: { readonly point: Point; readonly fault: Fault }[] = [];
  readonly undefined = new Set<string>();
  readonly foreign = new Set<string>();
  process: SimProcess | null = null;
  readonly #options: WorldOptions;
  readonly #fates: Random;
  readonly #planned: Map<number, Fault>;
  #rises = new OnlyRises();
  readonly #subscription: Disposable;
  readonly #firstRevision: number;
  #unanswered = new Set<object>();
  #lostCalls = 0;
  #moments = 0;
  #names = 0;
  #armed = false;
  #databaseFull = 0;
  /** from when on everybody has had the time to come back who could not write down that he was gone */
  #calmAt = 0;
  #dirty = false;
  #lastHost: SimHost | null = null;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.random = new Random(options.seed, 1);
    this.#fates = new Random(options.seed, 2);
    this.#planned = new Map(options.planned?.map(({ at, fault }) => [at, fault]));
    this.database = sharedDatabase(this);
    emptyDatabase(this.database);
    this.hosts = (options.hosts ?? ['one', 'two', 'three']).map(
      (name) => new SimHost(name, this.random.uuid(), this),
    );
    furnish(this.database, this.hosts);
    this.#firstRevision = this.database.revisions.latest;
    this.#subscription = this.database.subscribe((event) => this.#hear(event));
  }

  [Symbol.dispose](): void {
    this.process?.kill();
    this.#subscription[Symbol.dispose]();
  }

  note(text: string): void {
    if (this.#options.keepLog) this.log.push(`${this.clock.elapsed()} ${text}`);
  }

  #hear(event: ContractEvent): void {
    if (this.#options.keepLog) this.note(describe(event, this.#firstRevision));
    if (event.type === 'deleted') this.#rise(`revision of ${event.id}`, event.revision);
    else if ('value' in event && 'revision' in event.value) {
      this.#rise(`revision of ${event.value.id}`, event.value.revision);
    }
  }

  #rise(what: string, value: number): void {
    this.#find(this.#rises.rise(what, value));
  }

  #find(findings: readonly string[]): void {
    for (const finding of findings) {
      if (this.findings.includes(finding)) continue;
      this.findings.push(finding);
      this.note(`!! ${finding}`);
    }
  }

  nextName(): number {
    this.#names += 1;
    return this.#names;
  }

  latency(): number {
    return this.#fates.between(1, 400);
  }

  meet(host: SimHost, call: string, moment: Moment): Fault | null {
    this.#lastHost = host;
    return this.#moment(moment, call);
  }

  beginWrite(): void {
    if (this.#databaseFull > 0) {
      throw new ExpectedError('state.disk_full', 'The database could not be written to its disk.');
    }
  }

  endWrite(_process: SimProcess, isOnDisk: boolean): void {
    this.#dirty = true;
    this.#moment(isOnDisk ? 'committed' : 'rolled back', null);
  }

  /** Counts the moments; the one for which a fault is planned meets it. */
  #moment(moment: Moment, call: string | null): Fault | null {
    if (!this.#armed) return null;
    const at = this.#moments;
    this.#moments += 1;
    const fault = this.#planned.get(at);
    if (fault === undefined && !this.#options.keepPoints) return null;
    const point = { at, step: this.#stepAtWork(), moment, call };
    if (this.#options.keepPoints) this.points.push(point);
    if (fault === undefined) return null;
    this.met.push({ point, fault });
    this.note(`** ${fault.what} ${moment} ${call ?? 'transaction'} (${point.step})`);
    this.apply(fault, this.#lastHost);
    return fault;
  }

  #stepAtWork(): string {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one column of the statement above
    return (this.database.first(AT_WORK) as { step: string } | undefined)?.step ?? 'nothing';
  }

  /** From now on the planned faults come. */
  arm(): void {
    this.#armed = true;
  }

  apply(fault: Fault, host: SimHost | null = this.#lastHost): void {
    switch (fault.what) {
      case 'kill':
        return this.kill(fault.down);
      case 'cut':
        return host?.fake.cutLink();
      case 'libvirtd':
        host?.stayDown(fault.down);
        return host?.fake.killLibvirtd();
      case 'power':
        host?.stayDown(fault.down);
        return host?.fake.powerOff();
      case 'diskFull':
        return host?.fillDisk(fault.for);
      case 'databaseFull':
        this.#databaseFull += 1;
        this.#calmAt = Math.max(this.#calmAt, this.clock.elapsed() + fault.for + LONGEST_BACK_OFF);
        this.clock.after(fault.for, () => void (this.#databaseFull -= 1));
        return;
      case 'clock':
        return this.clock.jump(fault.by);
      case 'fail':
      case 'hang':
      default:
    }
  }

  start(): void {
    if (this.process?.isAlive) return;
    const process = new SimProcess(this);
    this.process = process;
    this.note('a process starts');
    process.ready.catch((error: unknown) => {
      if (!process.isAlive) return;
      this.note(`it did not start: ${toErrorBody(error).message}`);
      process.kill();
      this.clock.after(START_AGAIN, () => this.start());
    });
  }

  kill(down: number): void {
    if (!this.process?.isAlive) return;
    this.process.kill();
    this.#lostCalls += this.#unanswered.size;
    this.#unanswered.clear();
    this.note('the process is killed');
    this.clock.after(down, () => this.start());
  }

  /** An orderly end. */
  quit(down: number): void {
    const { process } = this;
    if (!process?.plane) return;
    this.note('the person quits');
    const ended = (): void => {
      if (!process.isAlive) return;
      process.kill();
      this.clock.after(down, () => this.start());
    };
    process.plane.close().then(ended, ended);
  }

  /** A person asks for something; what comes of it is noted. */
  call(method: MethodName, input: unknown, heard?: (answer: unknown) => void): void {
    const { process } = this;
    const plane = process?.plane;
    if (!process || !plane) return;
    this.note(`> ${method} ${JSON.stringify(input)}`);
    const request = {};
    this.#unanswered.add(request);
    void this.#ask(process, () => plane.call(method, input, { user: 'me' }), heard).finally(() => {
      if (process.isAlive) this.#unanswered.delete(request);
    });
  }

  async #ask(
    process: SimProcess,
    ask: () => Promise<unknown>,
    heard?: (answer: unknown) => void,
  ): Promise<void> {
    try {
      const answer = await ask();
      heard?.(answer);
    } catch (error) {
      if (!process.isAlive) return;
      const { code, message, cause } = toErrorBody(error);
      this.note(`< ${code}: ${message}`);
      this.#lostCalls += 1;
      if (code === 'internal') this.#find([`a bug: ${message} ${cause ?? ''}`]);
    }
  }

  /** Has everything that does not agree put right in one way. */
  resolveFindings(how: Resolution): void {
    this.call('finding.list', {}, (findings) => {
      for (const { id, resolutions } of z.array(Resolvable).parse(findings)) {
        if (resolutions.includes(how)) this.call('finding.resolve', { id, how });
      }
    });
  }

  /** Lets everything run on that can without time passing, and looks at the rules. */
  async settle(): Promise<void> {
    let process: SimProcess | null;
    do {
      process = this.process;
      await process?.ready.catch(() => undefined);
      await new Promise(setImmediate);
    } while (process !== this.process);
    if (!this.#dirty) return;
    this.#dirty = false;
    this.#find(brokenRules(this.database));
    this.#find(this.#rises.look(this.database));
  }

  /** Lets this much time pass. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.clock.elapsed() + milliseconds;
    this.clock.after(milliseconds, () => undefined);
    await this.settle();
    while (this.clock.step(until)) await this.settle();
  }

  /** Until no task is left that could run, and every host is connected. */
  async rest(): Promise<boolean> {
    const until = this.clock.elapsed() + PATIENCE;
    await this.settle();
    while (!this.#isAtRest()) {
      if (!this.clock.step(until)) return false;
      await this.settle();
    }
    return true;
  }

  /** For the tests of the rules themselves. */
  spoil(sql: string): void {
    this.database.write((tx) => tx.run(statement(sql)));
    this.#dirty = true;
  }

  /** Something that was asked for was refused, or a process died before it could say what became of it. */
  get hasLostCalls(): boolean {
    return this.#lostCalls > 0;
  }

  /** The data folder is lost: what follows counts anew. */
  loseDatabase(): void {
    this.kill(0);
    emptyDatabase(this.database);
    furnish(this.database, this.hosts, []);
    this.#rises = new OnlyRises();
  }

  #isAtRest(): boolean {
    if (!this.process?.plane || this.#unanswered.size > 0) return false;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one column of the statement above
    return (this.database.first(BUSY) as { busy: number }).busy === 0;
  }

  /** No more misfortunes: everybody comes back, everything ends, and the oracle is asked. */
  async conclude(end: End): Promise<void> {
    this.#armed = false;
    await this.pass(Math.max(0, this.#calmAt - this.clock.elapsed()));
    let isAtRest = await this.rest();
    if (end === 'restart') this.kill(0);
    await this.pass(end === 'wait' ? RESYNC : SETTLE);
    isAtRest = (await this.rest()) && isAtRest;
    await this.pass(SETTLE);
    if (!isAtRest) this.#find(['it does not come to rest']);
    this.#find(askOracle(this.database, this.hosts, this));
  }
}
