import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventually, HostCare } from '../../tests/fakes/host-care.ts';
import type { FakeDomain, FakeHost } from '../compute/fake/fake-host.ts';
import { liveStateOf } from '../domain/power-states.ts';
import { transition } from '../state/instance-changes.ts';

/** One world: a host with three instances, whatever happens to them, and what is heard of it. */
class World implements AsyncDisposable {
  readonly care = new HostCare();
  readonly host: { readonly id: string; readonly fake: FakeHost };
  readonly ids: string[];
  readonly #undefined = new Map<string, FakeDomain>();
  #names = 0;

  constructor() {
    this.host = this.care.addHost();
    const on = { vmState: 'active', powerState: 'RUNNING' } as const;
    this.ids = [0, 1, 2].map(() => this.care.addInstance(this.host.id, on, 'RUNNING'));
  }

  #there(n: number): FakeDomain | undefined {
    return this.host.fake.domains.get(this.ids[n] ?? '');
  }

  start(n: number): void {
    if (this.#there(n)) this.host.fake.boot(this.ids[n] ?? '');
  }

  stop(n: number): void {
    if (this.#there(n)) this.host.fake.halt(this.ids[n] ?? '');
  }

  pause(n: number): void {
    const domain = this.#there(n);
    if (domain?.powerState !== 'RUNNING') return;
    domain.powerState = 'PAUSED';
    this.host.fake.lifecycle(this.ids[n] ?? '', 'paused');
  }

  undefine(n: number): void {
    const [id, domain] = [this.ids[n] ?? '', this.#there(n)];
    if (domain === undefined) return;
    domain.powerState = 'SHUTDOWN';
    this.#undefined.set(id, domain);
    this.host.fake.drop(id);
  }

  define(n: number): void {
    const id = this.ids[n] ?? '';
    const domain = this.#undefined.get(id);
    if (domain === undefined || this.#there(n)) return;
    this.host.fake.domains.set(id, domain);
    this.host.fake.lifecycle(id, 'defined');
  }

  rename(n: number): void {
    if (this.#there(n)) this.host.fake.rename(this.ids[n] ?? '', `renamed-${(this.#names += 1)}`);
  }

  /** An operation begins; or it boots the guest anew and ends, or ends in error because there is none. */
  work(n: number): void {
    const id = this.ids[n] ?? '';
    const isIdle = this.care.instance(id).taskState === null;
    if (!isIdle && this.#there(n)) {
      this.host.fake.halt(id);
      this.host.fake.boot(id);
    }
    const error = { code: 'libvirt.not_found', message: 'The host has no guest' } as const;
    const fault = { at: '2026-01-01T00:00:00.000Z', step: 'start', error };
    const done = this.#there(n)
      ? ({ taskState: null, vmState: 'active', powerState: 'RUNNING', fault: null } as const)
      : ({ taskState: null, vmState: 'error', powerState: 'NOSTATE', fault } as const);
    const set = isIdle ? ({ taskState: 'rebooting' } as const) : done;
    this.care.database.write((tx) => transition(tx, id, { set }));
  }

  /** Whatever happens next is heard by nobody. */
  cut(): void {
    this.host.fake.cutLink();
  }

  power(): void {
    this.host.fake.powerOff();
  }

  async quiet(): Promise<void> {
    for (const [n, id] of this.ids.entries()) if (this.care.instance(id).taskState !== null) this.work(n);
    for (let round = 0; round < 4; round += 1) {
      await this.pass(2_000);
      await this.pass(200);
    }
    await this.care.connection(this.host.id, 'connected');
    await this.pass(200);
  }

  async pass(milliseconds: number): Promise<void> {
    this.care.clock.advance(milliseconds);
    for (let turn = 0; turn < 30; turn += 1) await new Promise(setImmediate);
  }

  rows() {
    return this.ids.map((id) => {
      const { vmState, powerState, domainName } = this.care.instance(id);
      return { vmState, powerState, domainName: powerState === 'NOSTATE' ? null : domainName };
    });
  }

  guests() {
    return this.ids.map((_id, n) => {
      const domain = this.#there(n);
      if (domain === undefined) return { vmState: 'error', powerState: 'NOSTATE', domainName: null };
      const { powerState, spec } = domain;
      return { vmState: liveStateOf(powerState), powerState, domainName: spec.domainName };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.care[Symbol.asyncDispose]();
  }
}

const which = fc.nat({ max: 2 });
const act = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(
      fc.constantFrom('start', 'stop', 'pause', 'undefine', 'define', 'rename', 'work'),
      which,
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('cut', 'power'), which) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('pass'), fc.constantFrom(0, 50, 200, 1_000, 600_000)) },
);

describe('whatever is done on a host', () => {
  it('the rows are as the host is once it is quiet', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
        await using world = new World();
        world.care.manager.start();
        await world.care.connection(world.host.id, 'connected');
        for (const [name, argument] of acts) {
          if (name === 'pass') await world.pass(argument);
          else world[name](argument);
        }
        await world.quiet();
        expect(world.rows()).toEqual(world.guests());
        const missing = world.care.manager.findings.list().filter(({ kind }) => kind === 'missing_domain');
        const gone = world.guests().filter(({ powerState }) => powerState === 'NOSTATE');
        expect(missing).toHaveLength(gone.length);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the look every ten minutes', () => {
  it('comes though the clock was set back by a day', async () => {
    await using world = new World();
    const { care, host } = world;
    care.manager.start();
    await care.connection(host.id, 'connected');
    const looks = () => host.fake.calls.filter((step) => step === 'facts').length;
    care.clock.setBack(86_400_000);
    for (let minute = 0; minute < 10; minute += 1) await world.pass(60_000);
    expect(await eventually(looks, (times) => times > 1)).toBe(2);
  });
});

describe('a guest that was undefined while it ran', () => {
  it('is gone with its end, of which no event tells', async () => {
    await using world = new World();
    const { care, host, ids } = world;
    const [id = ''] = ids;
    care.manager.start();
    await care.connection(host.id, 'connected');
    host.fake.lifecycle(id, 'undefined');
    await world.pass(200);
    expect(care.instance(id).vmState).toBe('active');
    host.fake.halt(id);
    host.fake.domains.delete(id);
    await world.pass(200);
    expect(care.instance(id)).toMatchObject({
      vmState: 'error',
      fault: { error: { code: 'libvirt.not_found' } },
    });
  });
});
