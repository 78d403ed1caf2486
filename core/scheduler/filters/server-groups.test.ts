import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noValidHost } from '../claim.ts';
import { aRequest, SchedulerKit } from '../test-kit.ts';

let kit: SchedulerKit;
let one: string;
let two: string;
beforeEach(() => {
  kit = new SchedulerKit();
  one = kit.addHost('one');
  two = kit.addHost('two');
});
afterEach(() => kit[Symbol.dispose]());

describe('ServerGroupAntiAffinity', () => {
  it('keeps members apart, and names those in the way', () => {
    const group = kit.addGroup('anti-affinity');
    kit.addInstance('db1', one, { groupId: group.id });
    kit.addInstance('stranger', two);
    expect(kit.refusals(aRequest({ group }))).toEqual({
      one: 'ServerGroupAntiAffinity: the group “the anti-affinity” (anti-affinity) may have 1 on one host, and has db1 here',
    });
    kit.addInstance('db2', two, { groupId: group.id });
    const { message, remedy } = noValidHost(kit.decide(aRequest({ group })));
    for (const words of ['the anti-affinity', 'db1', 'db2']) expect(message).toContain(words);
    expect(remedy).toContain('another server group');
  });

  it('allows as many on one host as the group says', () => {
    const group = kit.addGroup('anti-affinity', 2);
    kit.addInstance('db1', one, { groupId: group.id });
    expect(kit.refusals(aRequest({ group }))).toEqual({});
    kit.addInstance('db2', one, { groupId: group.id });
    expect(Object.keys(kit.refusals(aRequest({ group })))).toEqual(['one']);
  });

  it('does not count the instance that is placed', () => {
    const group = kit.addGroup('anti-affinity');
    const instanceId = kit.addInstance('db1', one, { groupId: group.id });
    expect(kit.refusals(aRequest({ group, instanceId }))).toEqual({});
  });

  it('names a few of many', () => {
    const group = kit.addGroup('anti-affinity', 7);
    for (const n of [1, 2, 3, 4, 5, 6, 7]) kit.addInstance(`db${n}`, one, { groupId: group.id });
    expect(kit.refusals(aRequest({ group }))['one']).toContain('db1, db2, db3, db4, db5 and 2 more');
  });
});

describe('ServerGroupAffinity', () => {
  it('lets the first member go anywhere, and the others after it', () => {
    const group = kit.addGroup('affinity');
    expect(kit.refusals(aRequest({ group }))).toEqual({});
    kit.addInstance('web1', two, { groupId: group.id });
    expect(kit.refusals(aRequest({ group }))).toEqual({
      one: 'ServerGroupAffinity: the group “the affinity” (affinity) wants its members on one host, and has web1 on two',
    });
  });

  it('refuses everywhere once members are on two hosts, with their names', () => {
    const group = kit.addGroup('affinity');
    kit.addInstance('web1', one, { groupId: group.id });
    kit.addInstance('web2', two, { groupId: group.id });
    const refusals = kit.refusals(aRequest({ group }));
    expect(refusals['one']).toContain('has web1 on one and web2 on two');
    expect(refusals['two']).toBe(refusals['one']);
  });

  it('does not hold members to a host that is gone when they have to leave it', () => {
    const group = kit.addGroup('affinity');
    const gone = kit.addHost('gone', { connection: 'disconnected' });
    kit.addInstance('web1', gone, { groupId: group.id });
    const instanceId = kit.addInstance('web2', gone, { groupId: group.id });
    const avoid = new Map([[gone, 'it is gone']]);
    expect(kit.refusals(aRequest({ group, instanceId, avoid }))).toEqual({ gone: 'AvoidedHost: it is gone' });
    expect(Object.keys(kit.refusals(aRequest({ group, instanceId })))).toHaveLength(3);
    // A host that is avoided for another reason still holds its members.
    const littered = new Map([[one, 'it has to be cleaned']]);
    kit.addInstance('web3', one, { groupId: group.id });
    expect(kit.refusals(aRequest({ group, instanceId, avoid: littered }))['two']).toContain('web3 on one');
  });

  it('and the hint same_host for another host leave no host, each with its reason', () => {
    kit.switchOn('SameHost');
    const group = kit.addGroup('affinity');
    kit.addInstance('web1', one, { groupId: group.id });
    const other = kit.addInstance('db', two);
    const { message } = noValidHost(kit.decide(aRequest({ group, hints: { same_host: other } })));
    expect(message).toContain(
      'two: the group “the affinity” (affinity) wants its members on one host, and has web1 on one',
    );
    expect(message).toContain('one: the hint same_host asks for the host of db, which is on two');
  });
});

describe('a group of another policy', () => {
  it.each(['soft-affinity', 'soft-anti-affinity'] as const)('%s refuses nobody', (policy) => {
    const group = kit.addGroup(policy);
    kit.addInstance('web1', one, { groupId: group.id });
    kit.addInstance('web2', two, { groupId: group.id });
    expect(kit.refusals(aRequest({ group }))).toEqual({});
  });
});
