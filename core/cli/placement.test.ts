import { describe, expect, it } from 'vitest';
import type { ProviderUsage } from '../contract/index.ts';
import { FakePlane, runFake } from './test-kit.ts';
import { aHost, UUID } from './test-objects.ts';

const usage: ProviderUsage = {
  hostId: UUID.host,
  hostName: 'lab1',
  generation: 7,
  traits: ['CUSTOM_SSD', 'HW_CPU_X86_AVX2'],
  usages: [
    {
      resourceClass: 'MEMORY_MB',
      total: 4096,
      reserved: 512,
      minUnit: 1,
      maxUnit: 4096,
      stepSize: 1,
      allocationRatio: 1,
      capacity: 3584,
      used: 3072,
      consumers: [
        { consumerId: `${UUID.host}/x`, kind: 'foreign', name: 'win11', amount: 2048 },
        { consumerId: UUID.instance, kind: 'instance', name: 'web1', amount: 1024 },
      ],
    },
  ],
};
const plane = () =>
  new FakePlane({
    'host.list': () => [aHost()],
    'placement.usage': () => usage,
    'placement.setInventory': () => usage,
    'placement.setTraits': () => usage,
    'placement.candidates': () => [
      { hostId: UUID.host, hostName: 'full', refusal: 'RAM: asked 4096 MiB, free 512 of 3584' },
      { hostId: UUID.image, hostName: 'free', refusal: null },
    ],
    'placement.heal': () => [
      {
        kind: 'missing',
        hostId: UUID.host,
        hostName: 'lab1',
        consumerId: UUID.instance,
        consumerName: 'web1',
        detail: 'Holds nothing there.',
        healable: true,
      },
    ],
  });
const values = async (...argv: string[]) => (await runFake(plane(), [...argv, '-f', 'value'])).out;

describe('resource provider', () => {
  it.each([
    [['list'], `${UUID.host} lab1 7\n`],
    [['show', 'lab1'], `${UUID.host}\nlab1\n7\n`],
    [['inventory', 'list', 'lab1'], 'MEMORY_MB 1 1 4096 512 1 4096 3072 3584\n'],
    [['inventory', 'list', 'lab1', '-c', 'used_by', '--long'], 'win11 (foreign): 2048, web1: 1024\n'],
    [['usage', 'show', 'lab1'], 'MEMORY_MB 3072\n'],
    [['trait', 'list', 'lab1'], 'CUSTOM_SSD\nHW_CPU_X86_AVX2\n'],
    [['allocation', 'show', 'web1'], "lab1 7 MEMORY_MB='1024'\n"],
    [['allocation', 'show', UUID.instance, '-c', 'resources'], "MEMORY_MB='1024'\n"],
    [['allocation', 'show', 'nobody'], ''],
  ])('%j', async (argv, out) => {
    expect(await values('resource', 'provider', ...argv)).toBe(out);
  });

  it('shows who has what of it when asked', async () => {
    const { out } = await runFake(plane(), 'resource provider show --allocations lab1 -f json'.split(' '));
    expect(JSON.parse(out)).toMatchObject({ allocations: { [UUID.instance]: { MEMORY_MB: 1024 } } });
  });

  it('sets a class by the names of the openstack client', async () => {
    const fake = plane();
    const line =
      'resource provider inventory class set lab1 CUSTOM_FPGA --total 4 --max_unit 2 --allocation_ratio 1.5';
    expect((await runFake(fake, line.split(' '))).code).toBe(0);
    const set = { ref: 'lab1', resourceClass: 'CUSTOM_FPGA', total: 4, maxUnit: 2, allocationRatio: 1.5 };
    expect(fake.inputs('placement.setInventory')).toEqual([set]);
    const nothing = await runFake(fake, 'resource provider inventory class set lab1 VCPU'.split(' '));
    expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining('say what to set')]);
  });

  it('replaces the traits that were added', async () => {
    const fake = plane();
    await runFake(fake, 'resource provider trait set lab1 --trait CUSTOM_A --trait CUSTOM_B'.split(' '));
    await runFake(fake, 'resource provider trait set lab1'.split(' '));
    expect(fake.inputs('placement.setTraits')).toEqual([
      { ref: 'lab1', traits: ['CUSTOM_A', 'CUSTOM_B'] },
      { ref: 'lab1', traits: [] },
    ]);
  });
});

describe('allocation candidate list', () => {
  it('asks for resources and traits, and shows those that fit first', async () => {
    const fake = plane();
    const line =
      'allocation candidate list --resource VCPU=2 --resource MEMORY_MB=512 --required CUSTOM_A --forbidden CUSTOM_B';
    const { out } = await runFake(fake, [
      ...line.split(' '),
      '-f',
      'value',
      '-c',
      'Resource Provider',
      '-c',
      'Fits',
    ]);
    expect(out).toBe('free True\nfull False\n');
    const resources = { VCPU: 2, MEMORY_MB: 512 };
    expect(fake.inputs('placement.candidates')).toEqual([
      { resources, required: ['CUSTOM_A'], forbidden: ['CUSTOM_B'] },
    ]);
  });

  it.each(['VCPU', 'vcpu=1', 'VCPU=0', 'VCPU=many'])('refuses --resource %s', async (text) => {
    const { code, err } = await runFake(plane(), ['allocation', 'candidate', 'list', '--resource', text]);
    expect([code, err]).toEqual([2, expect.stringContaining('CLASS=AMOUNT')]);
  });
});

it('placement heal lists what was found', async () => {
  expect(await values('placement', 'heal')).toBe('missing lab1 web1 Holds nothing there. True\n');
});
