import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transition } from '../../state/instance-changes.ts';
import { aRequest, SchedulerKit, withImage, withSpecs } from '../test-kit.ts';

let kit: SchedulerKit;
let one: string;
beforeEach(() => {
  kit = new SchedulerKit();
  one = kit.addHost('one');
});
afterEach(() => kit[Symbol.dispose]());

describe('AggregateInstanceExtraSpecs', () => {
  beforeEach(() => {
    kit.switchOn('AggregateInstanceExtraSpecs');
    kit.addAggregate([one], { disk: 'ssd, nvme', size: '4' }, 'rack-1');
    kit.addAggregate([one], { disk: 'tape' });
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ 'aggregate_instance_extra_specs:disk': 'nvme' }, undefined],
    [{ 'aggregate_instance_extra_specs:disk': 'tape' }, undefined],
    [{ disk: 'ssd' }, undefined],
    [{ size: '>= 3' }, undefined],
    [{ availability_zone: 'rack-1' }, undefined],
    [{ disk: '<or> hdd <or> ssd' }, undefined],
    [{ 'hw:cpu_policy': 'dedicated', 'capabilities:vcpus_total': '>= 1' }, undefined],
    [{ disk: 'hdd' }, "the flavor asks for disk hdd, the host's aggregates say ssd, nvme, tape"],
    [{ size: '>= 5' }, "the flavor asks for size >= 5, the host's aggregates say 4"],
    [{ colour: 'red' }, "the flavor asks for colour red, which none of the host's aggregates says"],
  ])('%o', (specs, reason) => {
    expect(kit.refusals(withSpecs(specs))['one']).toBe(reason && `AggregateInstanceExtraSpecs: ${reason}`);
  });
});

describe('AggregateImagePropertiesIsolation', () => {
  beforeEach(() => {
    kit.switchOn('AggregateImagePropertiesIsolation');
    kit.addAggregate([one], { os_distro: 'debian,ubuntu', disk: 'ssd' });
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ os_distro: 'debian' }, undefined],
    [{ os_type: 'windows' }, undefined],
    [{ os_distro: '' }, undefined],
    [
      { os_distro: 'windows' },
      "the image has os_distro windows, the host's aggregates take debian, ubuntu only",
    ],
  ])('%o', (properties, reason) => {
    const refusal = kit.refusals(withImage(properties))['one'];
    expect(refusal).toBe(reason && `AggregateImagePropertiesIsolation: ${reason}`);
  });

  it('asks nothing of what boots from no image', () => {
    expect(kit.refusals()).toEqual({});
  });
});

describe('AggregateMultiTenancyIsolation', () => {
  const mine = randomUUID();
  const yours = randomUUID();
  const other = randomUUID();
  beforeEach(() => {
    kit.switchOn('AggregateMultiTenancyIsolation');
    kit.addHost('free');
    kit.addAggregate([one], { filter_tenant_id: mine, filter_tenant_id2: `${yours}, x`, disk: 'ssd' });
  });

  it.each([
    [mine, undefined],
    [yours, undefined],
    [other, `the host is reserved for the projects ${mine}, ${yours}, x`],
  ])('project %s', (projectId, reason) => {
    const refusals = kit.refusals(aRequest({ projectId }));
    expect(refusals['one']).toBe(reason && `AggregateMultiTenancyIsolation: ${reason}`);
    expect(refusals['free']).toBeUndefined();
  });
});

describe('NumInstances', () => {
  beforeEach(() => {
    kit.switchOn('NumInstances');
    kit.settings({ maxInstancesPerHost: 2 });
    kit.addInstance('a', one);
  });

  it('lets a host fill up to the settings, and no further', () => {
    expect(kit.refusals()).toEqual({});
    kit.addInstance('b', one);
    expect(kit.refusals()).toEqual({ one: 'NumInstances: has 2 instances, of at most 2' });
  });

  it.each([
    ['1', 'NumInstances: has 1 instances, of at most 1'],
    ['3', undefined],
    ['many', undefined],
  ])('an aggregate that says %s has the last word, if it is a number', (max_instances_per_host, refusal) => {
    kit.addAggregate([one], { max_instances_per_host });
    expect(kit.refusals()['one']).toBe(refusal);
  });

  it('of two aggregates the smaller figure counts', () => {
    kit.addAggregate([one], { max_instances_per_host: '9' });
    kit.addAggregate([one], { max_instances_per_host: '1' });
    expect(kit.refusals()['one']).toContain('of at most 1');
  });
});

describe('IoOps', () => {
  it('counts what keeps the disks busy, and nothing else', () => {
    kit.switchOn('IoOps');
    kit.settings({ maxIoOpsPerHost: 2 });
    const [a, b, c] = [kit.addInstance('a', one), kit.addInstance('b', one), kit.addInstance('c', one)];
    kit.database.write((tx) => {
      transition(tx, a, { set: { vmState: 'building', taskState: 'spawning' } });
      transition(tx, b, { set: { taskState: 'powering-off' } });
    });
    expect(kit.refusals()).toEqual({});
    kit.database.write((tx) => transition(tx, c, { set: { taskState: 'rebuilding' } }));
    expect(kit.refusals()).toEqual({ one: 'IoOps: is at work on 2 instances, of at most 2 at a time' });
    kit.addAggregate([one], { max_io_ops_per_host: '3' });
    expect(kit.refusals()).toEqual({});
  });
});
