import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupPolicy, SchedulerSettings } from '../contract/index.ts';
import { allocationsOf } from '../placement/allocations.ts';
import { getProvider } from '../placement/providers.ts';
import { noValidHost, scheduleAndClaim } from './claim.ts';
import type { HostState } from './host-state.ts';
import { readHostStates } from './host-states.ts';
import { explainParts, FILTERS, WEIGHERS } from './parts.ts';
import { selectAmong } from './select.ts';
import { aRequest, SchedulerKit } from './test-kit.ts';

let kit: SchedulerKit;
beforeEach(() => {
  kit = new SchedulerKit();
});
afterEach(() => kit[Symbol.dispose]());

describe('notes', () => {
  beforeEach(() => void kit.addHost('one'));

  it('name unknown hints and those whose filter is off', () => {
    const hints = { colour: 'red', same_host: 'x', query: '[]', build_near_host_ip: '10.0.0.1', group: 'g' };
    expect(kit.decide(aRequest({ hints })).notes).toEqual([
      'The hint “colour” is not known, and has no effect. Known are group, same_host, different_host, query, build_near_host_ip, cidr.',
      'The hint “same_host” has no effect: the filter SameHost is switched off in the settings.',
      'The hint “query” has no effect: the filter Json is switched off in the settings.',
      'The hint “build_near_host_ip” has no effect: the filter SimpleCIDRAffinity is switched off in the settings.',
    ]);
  });

  it('are silent about what has its effect', () => {
    for (const name of ['SameHost', 'Json', 'SimpleCIDRAffinity']) kit.switchOn(name);
    const hints = { same_host: 'x', query: '["=", "$host", "one"]', build_near_host_ip: '10.0.0.1' };
    expect(kit.decide(aRequest({ hints, group: kit.addGroup('affinity') })).notes).toEqual([]);
  });

  it.each<[GroupPolicy, Partial<SchedulerSettings>, string]>([
    ['affinity', { enabledFilters: ['Compute'] }, 'ServerGroupAffinity'],
    ['anti-affinity', { enabledFilters: [] }, 'ServerGroupAntiAffinity'],
    ['soft-affinity', { multipliers: { ServerGroupSoftAffinity: 0 } }, 'ServerGroupSoftAffinity'],
    [
      'soft-anti-affinity',
      { multipliers: { ServerGroupSoftAntiAffinity: 0 } },
      'ServerGroupSoftAntiAffinity',
    ],
  ])('say that a group of %s has no effect with %o', (policy, settings, part) => {
    kit.settings(settings);
    const group = kit.addGroup(policy);
    expect(kit.decide(aRequest({ group })).notes).toEqual([
      `The group “${group.name}” has no effect: ${part} is switched off in the settings.`,
    ]);
  });

  it('name what no host tells, and a hint that lacks its other half', () => {
    for (const name of ['Json', 'SimpleCIDRAffinity']) kit.switchOn(name);
    const hints = { query: '["=", "$free", 1]', cidr: '/24' };
    expect(kit.decide(aRequest({ hints })).notes).toEqual([
      'No host tells $free, which the hint “query” asks for.',
      'The hint “cidr” has no effect without build_near_host_ip.',
    ]);
  });
});

describe('settings', () => {
  it('say which filters are asked, in which order, and each once', () => {
    kit.addHost('off', { enabled: false });
    kit.settings({ enabledFilters: ['NumInstances', 'ImageProperties', 'NumInstances'] });
    const { selected, counts } = kit.decide();
    expect(selected).not.toBeNull();
    expect(counts.map(({ filter }) => filter)).toEqual(['placement', 'NumInstances', 'ImageProperties']);
  });

  it('say how many are tried', () => {
    for (const name of ['a', 'b', 'c']) kit.addHost(name);
    kit.settings({ maxAttempts: 1 });
    expect(kit.decide()).toMatchObject({ selected: expect.any(String), alternates: [] });
    kit.settings({ maxAttempts: 10 });
    expect(kit.decide().alternates).toHaveLength(2);
  });

  it('let the pick be drawn among the best, and never beyond them', () => {
    const ids = ['a', 'b', 'c', 'd'].map((name, n) => kit.addHost(name, { ram: 9000 - n * 1000 }));
    kit.settings({ hostSubsetSize: 3 });
    const picks = [0, 0.34, 0.67, 0.999].map((lot) => kit.decide(aRequest(), () => lot));
    expect(picks.map(({ selected }) => ids.indexOf(selected ?? ''))).toEqual([0, 1, 2, 2]);
    expect(picks[1]?.alternates).toEqual([ids[0], ids[2]]);
    expect(picks[1]?.hosts.map(({ hostId }) => hostId)).toEqual(ids);
    kit.settings({ hostSubsetSize: 1000 });
    expect(kit.decide(aRequest(), () => 0.999).selected).toBe(ids[3]);
  });
});

/** Many hosts like one that is stored. */
function manyHosts(count: number, change: (state: HostState, n: number) => HostState): HostState[] {
  kit.addHost('one');
  const [state] = readHostStates(kit.database);
  if (state === undefined) throw new Error('there is no host');
  return Array.from({ length: count }, (_, n) => {
    const host = { ...state.host, id: randomUUID(), name: `host ${n}` };
    return change({ ...state, host }, n);
  });
}

const disabled = (state: HostState): HostState => ({ ...state, host: { ...state.host, enabled: false } });

describe('very many hosts', () => {
  it('are listed as the best 100 and the first 100 refused, and the others counted', () => {
    const hosts = manyHosts(300, (state, n) => (n % 2 === 0 ? state : disabled(state)));
    const decision = selectAmong(hosts, aRequest(), kit.policy());
    expect(decision.hosts.filter(({ accepted }) => accepted)).toHaveLength(100);
    expect(decision.hosts.filter(({ accepted }) => !accepted)).toHaveLength(100);
    expect(decision.omitted).toBe(100);
    expect(decision.counts.find(({ filter }) => filter === 'Compute')).toMatchObject({
      before: 300,
      after: 150,
    });
    const refused = selectAmong(hosts.map(disabled), aRequest(), kit.policy());
    expect(noValidHost(refused).message).toContain('200 more are not listed.');
  });

  it('show the pick even where it was drawn from further down', () => {
    const hosts = manyHosts(300, (state) => state);
    const settings = { ...kit.policy().settings, hostSubsetSize: 1000 };
    const decision = selectAmong(hosts, aRequest(), { settings, random: () => 0.999 });
    expect(decision.selected).toBe(hosts.at(-1)?.host.id);
    expect(decision.hosts.map(({ hostId }) => hostId)).toContain(decision.selected);
    expect(decision.omitted).toBe(199);
  });

  it('do not push out the reason of the one that was asked for', () => {
    const hosts = manyHosts(300, (state, n) => (n === 250 ? disabled(state) : state));
    const requestedHostId = hosts[250]?.host.id ?? '';
    const decision = selectAmong(hosts, aRequest({ requestedHostId }), kit.policy());
    expect(decision.hosts[0]).toMatchObject({ hostId: requestedHostId, filter: 'Compute' });
    expect(noValidHost(decision).message).toBe('No valid host was found. host 250: disabled (Compute).');
  });

  it('beyond 1,000 that would do are not asked any more', () => {
    const hosts = manyHosts(1500, (state, n) => (n < 100 ? disabled(state) : state));
    const decision = selectAmong(hosts, aRequest(), kit.policy());
    expect(decision.counts.at(-1)).toMatchObject({ after: 1000 });
    expect(decision.notes).toEqual([
      'Only the first 1000 hosts that would do were weighed; 400 more were not asked.',
    ]);
    expect(decision.omitted).toBe(1500 - 200);
  });
});

describe('a forced host', () => {
  const forced = (requestedHostId: string) => aRequest({ requestedHostId, hostChecks: false });

  it('is taken without asking anybody, beyond its capacity if need be, and the decision says so', () => {
    kit.addHost('one');
    const full = kit.addHost('full', { ram: 600, enabled: false });
    const id = randomUUID();
    const decision = kit.database.write((tx) => scheduleAndClaim(tx, id, forced(full)));
    expect(decision).toMatchObject({ selected: full, alternates: [], counts: [], omitted: 1 });
    expect(decision.notes).toEqual([
      '“full” was forced: filters and placement were not asked.',
      'More is claimed on it than it has. RAM: asked 512 MiB, free 88 of 88 (ratio 1.0, 512 reserved).',
    ]);
    expect(allocationsOf(kit.database, id)).toMatchObject([{ providerId: full }]);
    expect(getProvider(kit.database, full).usages.get('MEMORY_MB')).toBe(512);
    expect(kit.refusals(aRequest({ requestedHostId: full }))['full']).toContain('placement: RAM');
  });

  it('must have been heard once, because a claim needs something to claim', () => {
    const unheard = kit.addHost('unheard', { unknown: true, connection: 'disconnected' });
    const decision = kit.decide(forced(unheard));
    expect(decision.selected).toBeNull();
    expect(noValidHost(decision).message).toContain('has not told its resources yet (not connected)');
    expect(kit.decide(forced(randomUUID()))).toMatchObject({ selected: null, hosts: [] });
  });
});

describe('the failure for a host that was asked for', () => {
  it('speaks of that host alone', () => {
    kit.addHost('one');
    const small = kit.addHost('small', { ram: 600 });
    const { message } = noValidHost(kit.decide(aRequest({ requestedHostId: small })));
    expect(message).toContain('small: RAM');
    expect(message).not.toContain('another host was asked for');
  });
});

describe('the parts', () => {
  it('have a name each, and say what they do and read', () => {
    const parts = explainParts(kit.policy().settings);
    expect(parts).toHaveLength(FILTERS.length + WEIGHERS.length);
    for (const part of parts) expect(part.description).toMatch(/^[A-Z].*\.$/);
    const names = parts.map(({ kind, name }) => `${kind} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are on by default exactly where the settings have it', () => {
    for (const { name, kind, enabled, enabledByDefault } of explainParts(kit.policy().settings))
      expect([kind, name, enabled]).toEqual([kind, name, enabledByDefault]);
  });

  it('tell what the settings make of them', () => {
    kit.settings({ enabledFilters: ['Json'], multipliers: { RAM: 0, NumInstances: -2 } });
    const parts = new Map(explainParts(kit.policy().settings).map((p) => [`${p.kind} ${p.name}`, p]));
    expect(parts.get('filter Json')).toMatchObject({
      enabled: true,
      enabledByDefault: false,
      reads: ['query'],
    });
    expect(parts.get('filter Compute')).toMatchObject({ enabled: false, enabledByDefault: true });
    expect(parts.get('weigher RAM')).toMatchObject({ enabled: false, multiplier: 0, defaultMultiplier: 1 });
    expect(parts.get('weigher NumInstances')).toMatchObject({ multiplier: -2, defaultMultiplier: 0 });
  });
});
