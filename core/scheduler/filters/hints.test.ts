import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SchedulerHints } from '../../contract/index.ts';
import { aRequest, SchedulerKit } from '../test-kit.ts';

let kit: SchedulerKit;
let one: string;
let two: string;
beforeEach(() => {
  kit = new SchedulerKit();
  one = kit.addHost('one', { address: '10.0.0.7' });
  two = kit.addHost('two', { address: '10.0.1.7' });
  kit.addHost('three');
});
afterEach(() => kit[Symbol.dispose]());

const refusals = (hints: SchedulerHints) => kit.refusals(aRequest({ hints }));
const refused = (hints: SchedulerHints) => Object.keys(refusals(hints)).toSorted();

describe('SameHost', () => {
  beforeEach(() => kit.switchOn('SameHost'));

  it('lets only the hosts of these instances pass, and says where they are', () => {
    const web = kit.addInstance('web', one);
    const words = 'SameHost: the hint same_host asks for the host of web, which is on one';
    expect(refusals({ same_host: web })).toEqual({ two: words, three: words });
    const db = kit.addInstance('db', two);
    expect(refused({ same_host: [web, db] })).toEqual(['three']);
  });

  it('lets none pass for an instance that is nowhere, and all without the hint', () => {
    const gone = randomUUID();
    expect(refusals({ same_host: gone })['one']).toContain(`${gone}, which is on no host`);
    expect(refused({})).toEqual([]);
    expect(refused({ same_host: [] })).toEqual([]);
  });
});

describe('DifferentHost', () => {
  beforeEach(() => kit.switchOn('DifferentHost'));

  it('keeps away from the hosts of these instances', () => {
    const web = kit.addInstance('web', one);
    expect(refusals({ different_host: web })).toEqual({
      one: 'DifferentHost: the hint different_host keeps it away from web, which is here',
    });
    const db = kit.addInstance('db', two);
    expect(refused({ different_host: [db, web, randomUUID()] })).toEqual(['one', 'two']);
    expect(refused({ different_host: randomUUID() })).toEqual([]);
  });
});

describe('SimpleCIDRAffinity', () => {
  beforeEach(() => kit.switchOn('SimpleCIDRAffinity'));

  it.each<[SchedulerHints, string[]]>([
    [{}, []],
    [{ build_near_host_ip: '10.0.0.1' }, ['three', 'two']],
    [{ build_near_host_ip: '10.0.0.1', cidr: '/16' }, ['three']],
    [{ build_near_host_ip: '10.0.0.7', cidr: '32' }, ['three', 'two']],
    [{ build_near_host_ip: 'fd00::1', cidr: '/64' }, ['one', 'three', 'two']],
    [{ cidr: '/16' }, []],
  ])('%j refuses %j', (hints, hosts) => {
    expect(refused(hints)).toEqual(hosts);
  });

  it('says which address was asked for and which there is', () => {
    const words = refusals({ build_near_host_ip: '10.0.0.1', cidr: '/24' });
    expect(words['two']).toBe(
      'SimpleCIDRAffinity: the hints ask for an address in 10.0.0.1/24, the host has 10.0.1.7',
    );
    expect(words['three']).toContain('is not known as a number');
  });
});

describe('Json', () => {
  beforeEach(() => kit.switchOn('Json'));

  it('asks the hosts the query', () => {
    expect(refused({ query: '["=", "$host", "two"]' })).toEqual(['one', 'three']);
    expect(refused({ query: ['["not", ["=", "$host", "two"]]'] })).toEqual(['two']);
    expect(refusals({ query: '[">", "$vcpus_total", 99]' })['one']).toBe(
      'Json: the hint query does not hold here: [">", "$vcpus_total", 99]',
    );
  });

  it('refuses with the reason where the query cannot be read', () => {
    expect(refusals({ query: '[' })['one']).toBe('Json: the hint query is no JSON');
    expect(refused({ query: '[]' })).toEqual([]);
  });
});

describe('AvailabilityZone', () => {
  it('lets only hosts of the zone pass; those in none are in “nova”', () => {
    kit.addAggregate([one], {}, 'rack-1');
    expect(kit.refusals(aRequest({ availabilityZone: 'rack-1' }))).toEqual({
      two: 'AvailabilityZone: zone rack-1 was asked for, the host is in nova',
      three: 'AvailabilityZone: zone rack-1 was asked for, the host is in nova',
    });
    expect(Object.keys(kit.refusals(aRequest({ availabilityZone: 'nova' })))).toEqual(['one']);
    expect(kit.refusals()).toEqual({});
  });
});
