import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHostStates } from './host-states.ts';
import { aRequest, FLAVOR, SchedulerKit } from './test-kit.ts';
import { findRefuges, type Homeless } from './without-host.ts';

let kit: SchedulerKit;
let dead: string;
beforeEach(() => {
  kit = new SchedulerKit();
  dead = kit.addHost('dead');
});
afterEach(() => kit[Symbol.dispose]());

const flavor = (ram: number) => ({ ...FLAVOR, ram });

function homeless(name: string, change: Parameters<typeof aRequest>[0] = {}): Homeless {
  const id = kit.addInstance(name, dead, { groupId: change.group?.id ?? null });
  return { id, name, request: aRequest({ instanceId: id, ...change }) };
}

function refuges(...instances: Homeless[]) {
  const left = readHostStates(kit.database).filter(({ host }) => host.id !== dead);
  return findRefuges(left, instances, kit.policy()).map(({ instanceName, hostName, reason }) => ({
    instanceName,
    hostName,
    reason,
  }));
}

describe('if a host died', () => {
  it('each goes where those before it leave room, and the last is told why it does not', () => {
    kit.addHost('one', { ram: 512 + 1024 });
    kit.addHost('two', { ram: 512 + 2048 });
    const [big, small, last] = ['big', 'small', 'last'].map((name) =>
      homeless(name, { flavor: flavor(1024) }),
    );
    const more = homeless('more', { flavor: flavor(1024) });
    const answer = refuges(big!, small!, last!, more);
    expect(answer.map(({ hostName }) => hostName)).toEqual(['two', 'one', 'two', null]);
    expect(answer.at(-1)?.reason).toBe(
      'one: RAM: asked 1024 MiB, free 0 of 1024 (ratio 1.0, 512 reserved); ' +
        'two: RAM: asked 1024 MiB, free 0 of 2048 (ratio 1.0, 512 reserved)',
    );
  });

  it('groups hold: members apart stay apart, and together go together', () => {
    kit.addHost('one');
    kit.addHost('two');
    const apart = kit.addGroup('anti-affinity');
    kit.addInstance('db0', kit.addHost('three'), { groupId: apart.id });
    const together = kit.addGroup('affinity');
    const answer = refuges(
      ...['db1', 'db2', 'db3'].map((name) => homeless(name, { group: apart })),
      ...['web1', 'web2'].map((name) => homeless(name, { group: together })),
    );
    const hosts = answer.map(({ hostName }) => hostName);
    expect(new Set(hosts.slice(0, 2))).toEqual(new Set(['one', 'two']));
    expect(answer[2]?.reason).toContain('has db0 here');
    expect(hosts[3]).not.toBeNull();
    expect(hosts[4]).toBe(hosts[3]);
  });

  it('one that wants to be with another is asked again once that one has moved', () => {
    kit.addHost('one', { ram: 9000 });
    kit.addHost('two');
    kit.switchOn('SameHost');
    const leader = homeless('leader');
    const follower = homeless('follower', { hints: { same_host: leader.id } });
    expect(refuges(follower, leader).map(({ hostName }) => hostName)).toEqual(['one', 'one']);
  });

  it('says so when there is no other host', () => {
    expect(refuges(homeless('lonely'))).toMatchObject([{ hostName: null, reason: 'there is no other host' }]);
  });
});
