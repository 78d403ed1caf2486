import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, HostCare } from '../../tests/fakes/host-care.ts';
import { ALL_CAPABILITIES } from '../compute/capabilities.ts';
import { ExpectedError } from '../domain/errors.ts';
import { listActions } from '../state/actions.ts';
import { markDeleted, transition } from '../state/instance-changes.ts';

const unreachable = (): ExpectedError => new ExpectedError('transport.unreachable', 'No route to host.');

let care: HostCare;
beforeEach(() => {
  care = new HostCare();
});
afterEach(() => care[Symbol.asyncDispose]());

async function connected(set = {}) {
  const { id, fake } = care.addHost();
  care.manager.start();
  await care.connection(id, 'connected');
  return { id, fake, ...set };
}

describe('connecting', () => {
  it('prepares the host, takes its facts, and hands out its driver', async () => {
    const { id, fake } = await connected();
    const host = care.host(id);
    expect(host).toMatchObject({
      hostname: 'h1',
      libvirtVersion: '9.0.0',
      connectionError: null,
      retryAt: null,
    });
    expect([host.vcpus.total, host.ram.total, host.disk.total]).toEqual([4, 8192, 100]);
    expect(host.lastSeenAt).not.toBeNull();
    expect(host.capabilities).toEqual(ALL_CAPABILITIES);
    expect(fake.calls).toEqual(['prepareHost', 'facts', 'listGuests', 'audit']);
    expect(care.manager.isConnected(id)).toBe(true);
    await expect(care.manager.get(id).listGuests({ signal: new AbortController().signal })).resolves.toEqual(
      [],
    );
  });

  it('says why a host cannot be used', async () => {
    const { id } = care.addHost('nas');
    care.failures.set(id, [unreachable()]);
    await care.manager.connect(id);
    expect(care.manager.isConnected(id)).toBe(false);
    expect(() => care.manager.get(id)).toThrow(
      expect.objectContaining({
        code: 'host.unavailable',
        message: 'The host nas is not connected: No route to host.',
        details: { hostId: id, code: 'transport.unreachable' },
      }),
    );
    expect(() => care.manager.get(randomUUID())).toThrow(
      expect.objectContaining({ code: 'host.unavailable' }),
    );
  });

  it('waits longer after each failure, and says until when', async () => {
    const { id } = care.addHost();
    care.failures.set(id, [unreachable(), unreachable(), unreachable()]);
    care.manager.start();
    for (const wait of [1125, 2125, 4125]) {
      const host = await eventually(
        () => care.host(id),
        ({ retryAt }) => retryAt === new Date(care.clock.now() + wait).toISOString(),
      );
      expect(host).toMatchObject({
        connection: 'disconnected',
        connectionError: { code: 'transport.unreachable' },
      });
      care.clock.advance(wait);
    }
    expect(await care.connection(id, 'connected')).toMatchObject({ connectionError: null, retryAt: null });
  });

  it.each([
    ['a person has to look at its key', 'transport.host_key_changed'],
    ['it wants a passphrase', 'transport.passphrase_needed'],
    ['it refuses the account', 'libvirt.auth'],
  ] as const)('does not try again by itself when %s', async (_why, code) => {
    const { id } = care.addHost();
    care.failures.set(id, [new ExpectedError(code, 'no')]);
    await care.manager.connect(id);
    expect(care.host(id)).toMatchObject({
      connection: 'attention',
      connectionError: { code },
      retryAt: null,
    });
    expect(care.clock.waits).toEqual([]);
    await care.manager.connect(id);
    expect(care.host(id).connection).toBe('connected');
  });

  it('notes every minute that the host is heard', async () => {
    const { id } = await connected();
    const before = care.host(id).revision;
    care.clock.advance(60_000);
    const { lastSeenAt } = await eventually(
      () => care.host(id),
      ({ revision }) => revision > before,
    );
    expect(Date.parse(lastSeenAt ?? '')).toBeGreaterThanOrEqual(Date.parse(care.host(id).createdAt));
  });

  it('is tried at once when a person asks', async () => {
    const { id } = care.addHost();
    care.failures.set(id, [unreachable()]);
    await care.manager.connect(id);
    expect(care.host(id).connection).toBe('disconnected');
    await care.manager.connect(id);
    expect(care.host(id).connection).toBe('connected');
    // Nobody waits for another attempt any more; the steps' own deadlines are longer.
    expect(care.clock.waits.filter((wait) => wait < 60_000)).toEqual([]);
  });

  it('is not held up by a host that does not answer', async () => {
    const slow = care.addHost('slow');
    care.mute.add(slow.id);
    const { id } = await connected();
    expect(care.host(slow.id).connection).toBe('connecting');
    expect(care.host(id).connection).toBe('connected');
  });

  it('counts a host that cannot be prepared as not connected', async () => {
    const { id, fake } = care.addHost();
    fake.faults.fail('prepareHost', new ExpectedError('host.pool_missing', 'There is no pool “fast”.'));
    await care.manager.connect(id);
    expect(care.host(id)).toMatchObject({
      connection: 'disconnected',
      connectionError: { code: 'host.pool_missing' },
    });
  });

  it('lets go of a host that was removed', async () => {
    const { id } = await connected();
    await care.manager.disconnect(id);
    expect(care.host(id)).toMatchObject({ connection: 'disconnected', connectionError: null });
    expect(care.clock.waits).toEqual([]);
    expect(care.manager.isConnected(id)).toBe(false);
  });

  it('gives up an attempt that is under way when it is told to stop', async () => {
    const { id } = care.addHost();
    care.mute.add(id);
    const attempt = care.manager.connect(id);
    await care.connection(id, 'connecting');
    await care.manager.disconnect(id);
    await attempt;
    expect(care.host(id).connection).toBe('disconnected');
  });
});

describe('a lost link', () => {
  it('keeps the rows with the time at which they were last true, and comes back with a resync', async () => {
    const { id, fake } = await connected();
    const instance = care.addInstance(id, { vmState: 'active', powerState: 'RUNNING' }, 'RUNNING');
    fake.cutLink();
    const lost = await care.connection(id, 'disconnected');
    expect(lost.connectionError?.code).toBe('transport.closed');
    expect(care.instance(instance)).toMatchObject({ vmState: 'active', powerState: 'RUNNING' });
    expect(care.instance(instance).seenAt).not.toBeNull();
    // nobody hears this one
    fake.halt(instance);
    care.clock.advance(1000);
    await care.connection(id, 'connected');
    expect(care.instance(instance)).toMatchObject({ vmState: 'stopped', powerState: 'SHUTDOWN' });
  });

  it('starts with a short wait again after a link that worked', async () => {
    const { id, fake } = care.addHost();
    care.failures.set(id, [unreachable(), unreachable(), unreachable()]);
    care.manager.start();
    for (const wait of [1125, 2125, 4125]) {
      await eventually(
        () => care.clock.waits,
        (waits) => waits.includes(wait),
      );
      care.clock.advance(wait);
    }
    await care.connection(id, 'connected');
    fake.cutLink();
    await care.connection(id, 'disconnected');
    expect(care.clock.waits).toEqual([625]);
  });

  it('is what a host counts as whose guests cannot be listed', async () => {
    const { id, fake } = await connected();
    fake.faults.fail('listGuests', new ExpectedError('libvirt.timeout', 'no answer'));
    care.clock.advance(600_000);
    const host = await care.connection(id, 'disconnected');
    expect(host.connectionError?.code).toBe('libvirt.timeout');
  });
});

describe('the rows', () => {
  it('agree with the host after connecting', async () => {
    const { id } = care.addHost();
    const started = care.addInstance(id, { vmState: 'stopped', powerState: 'SHUTDOWN' }, 'RUNNING');
    const stopped = care.addInstance(id, { vmState: 'active', powerState: 'RUNNING' }, 'SHUTDOWN');
    const same = care.addInstance(id, { vmState: 'active', powerState: 'RUNNING' }, 'RUNNING');
    const gone = care.addInstance(id, { vmState: 'active', powerState: 'RUNNING' }, null);
    care.manager.start();
    await care.connection(id, 'connected');
    expect(care.instance(started)).toMatchObject({ vmState: 'active', powerState: 'RUNNING' });
    expect(care.instance(stopped)).toMatchObject({ vmState: 'stopped', powerState: 'SHUTDOWN' });
    expect(care.instance(same).seenAt).not.toBeNull();
    expect(care.instance(gone)).toMatchObject({
      vmState: 'error',
      fault: { error: { code: 'libvirt.not_found' } },
    });
    expect(listActions(care.database, started)).toMatchObject([
      { action: 'start', user: 'outside Micronova', result: 'success' },
    ]);
    expect(listActions(care.database, same)).toEqual([]);
  });

  it('follow an event at once', async () => {
    const { id, fake } = await connected();
    const instance = care.addInstance(id, { vmState: 'active', powerState: 'RUNNING' }, 'RUNNING');
    fake.halt(instance);
    expect(care.instance(instance).vmState).toBe('stopped');
    fake.boot(instance);
    expect(care.instance(instance).vmState).toBe('active');
    fake.lifecycle(instance, 'paused');
    expect(care.instance(instance).vmState).toBe('paused');
    fake.lifecycle(instance, 'resumed');
    expect(care.instance(instance).vmState).toBe('active');
    fake.lifecycle(instance, 'crashed');
    expect(care.instance(instance)).toMatchObject({ vmState: 'stopped', powerState: 'CRASHED' });
  });

  it('tell one whose memory is kept from one that is off', async () => {
    const { id, fake } = await connected();
    const instance = care.addInstance(id, { vmState: 'active', powerState: 'RUNNING' }, 'RUNNING');
    Object.assign(fake.domain(instance), { powerState: 'SHUTDOWN', saved: true });
    fake.lifecycle(instance, 'saved');
    care.clock.advance(200);
    const saved = () => care.instance(instance);
    await eventually(saved, ({ vmState }) => vmState === 'suspended');
    expect(saved()).toMatchObject({ powerState: 'SHUTDOWN', fault: null });
    expect(listActions(care.database, instance)).toMatchObject([{ action: 'suspend', result: 'success' }]);
    fake.domain(instance).saved = false;
    care.clock.advance(600_000);
    await eventually(saved, ({ vmState }) => vmState === 'stopped');
    expect(saved()).toMatchObject({ powerState: 'SHUTDOWN', fault: null });
  });

  it('find out that a domain was undefined, and that it is back', async () => {
    const { id, fake } = await connected();
    const instance = care.addInstance(id, { vmState: 'stopped', powerState: 'SHUTDOWN' }, 'SHUTDOWN');
    const domain = fake.domain(instance);
    fake.lifecycle(instance, 'undefined');
    fake.domains.delete(instance);
    care.clock.advance(200);
    await eventually(
      () => care.instance(instance),
      ({ vmState }) => vmState === 'error',
    );
    fake.domains.set(instance, domain);
    fake.lifecycle(instance, 'defined');
    care.clock.advance(200);
    const back = await eventually(
      () => care.instance(instance),
      ({ vmState }) => vmState === 'stopped',
    );
    expect(back.fault).toBeNull();
  });

  it('belong to the operation in flight, and are looked at when it is over', async () => {
    const { id, fake } = await connected();
    const busy = { vmState: 'active', powerState: 'RUNNING', taskState: 'rebooting' } as const;
    const instance = care.addInstance(id, busy, 'RUNNING');
    fake.halt(instance);
    care.clock.advance(600_000);
    await eventually(
      () => fake.calls.filter((call) => call === 'listGuests').length,
      // at first, after the stop, and after ten minutes
      (times) => times === 3,
    );
    expect(care.instance(instance)).toMatchObject(busy);
    care.database.write((tx) => transition(tx, instance, { set: { taskState: null } }));
    care.clock.advance(200);
    await eventually(
      () => care.instance(instance),
      ({ vmState }) => vmState === 'stopped',
    );
  });

  it('believe an event more than a list that was on its way', async () => {
    const { id, fake } = await connected();
    const instance = care.addInstance(id, { vmState: 'active', powerState: 'RUNNING' }, 'RUNNING');
    const hang = fake.faults.hang('listGuests', 'after');
    care.clock.advance(600_000);
    await hang.reached;
    fake.halt(instance);
    fake.domain(instance).powerState = 'SHUTDOWN';
    hang.release();
    await eventually(
      () => care.clock.waits,
      (waits) => waits.includes(200),
    );
    expect(care.instance(instance).vmState).toBe('stopped');
  });

  it('gather a storm of events into one list', async () => {
    const { fake } = await connected();
    for (let i = 0; i < 50; i++) {
      const uuid = randomUUID();
      care.addGuest([...care.fakes.keys()][0]!, uuid, 'SHUTDOWN', `guest-${i}`);
      fake.lifecycle(uuid, 'defined');
    }
    care.clock.advance(200);
    await eventually(
      () => fake.calls.filter((call) => call === 'listGuests').length,
      (times) => times === 2,
    );
    expect(care.clock.waits).toEqual([59_800]);
  });

  it('are looked at every ten minutes, with the facts', async () => {
    const { id, fake } = await connected();
    const before = fake.calls.length;
    care.clock.advance(599_999);
    expect(fake.calls).toHaveLength(before);
    care.clock.advance(1);
    await eventually(
      () => fake.calls.slice(before),
      (calls) => calls.join() === 'facts,listGuests,audit',
    );
    expect(care.host(id).connection).toBe('connected');
  });
});

describe('foreign guests', () => {
  it('are those without an instance; who lists them is told when they change', async () => {
    const { id } = care.addHost();
    const mine = care.addInstance(id, { vmState: 'active', powerState: 'RUNNING' }, 'RUNNING');
    const uuid = randomUUID();
    care.addGuest(id, uuid, 'RUNNING', 'desktop');
    care.manager.start();
    await care.connection(id, 'connected');
    const desktop = { hostId: id, uuid, name: 'desktop', state: 'RUNNING', vcpus: 1, ram: 128 };
    expect(care.manager.foreignGuests(id)).toMatchObject([desktop]);
    expect(care.manager.foreignGuests()).toMatchObject([desktop]);
    const told = () => care.events.filter((event) => event.type === 'host.foreignGuests');
    expect(told()).toHaveLength(1);

    care.fakes.get(id)?.halt(uuid);
    care.clock.advance(200);
    await eventually(told, (events) => events.length === 2);
    expect(care.manager.foreignGuests(id)).toMatchObject([{ ...desktop, state: 'SHUTDOWN' }]);

    // forgotten by Micronova, but still on the host
    care.database.write((tx) => markDeleted(tx, mine));
    care.fakes.get(id)?.lifecycle(mine, 'defined');
    care.clock.advance(200);
    await eventually(
      () => care.manager.foreignGuests(id),
      (guests) => guests.length === 2,
    );
  });

  it('go with their host', async () => {
    const { id } = await connected();
    care.addGuest(id, randomUUID(), 'RUNNING', 'desktop');
    await care.manager.connect(id);
    expect(care.manager.foreignGuests()).toHaveLength(1);
    await care.manager.disconnect(id);
    expect(care.manager.foreignGuests()).toEqual([]);
  });
});
