import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Api, openApi } from '../../tests/fakes/api.ts';

let api: Api;
beforeEach(() => {
  api = openApi();
});
afterEach(() => api[Symbol.dispose]());

it('explains, sets and asks by the name of a host', async () => {
  const { id } = api.addHost('one');
  const set = { ref: 'one', resourceClass: 'CUSTOM_FPGA', total: 4, reserved: 1 };
  const { usages } = await api.call('placement.setInventory', set);
  expect(usages.find((usage) => usage.resourceClass === 'CUSTOM_FPGA')).toMatchObject({
    capacity: 3,
    used: 0,
  });
  expect(await api.call('placement.setTraits', { ref: id, traits: ['CUSTOM_SSD'] })).toMatchObject({
    hostName: 'one',
    traits: ['CUSTOM_SSD'],
  });
  expect(await api.call('placement.usage', { ref: 'one' })).toMatchObject({ traits: ['CUSTOM_SSD'] });
  expect(
    await api.call('placement.candidates', { resources: { CUSTOM_FPGA: 4 }, required: ['CUSTOM_SSD'] }),
  ).toEqual([{ hostId: id, hostName: 'one', refusal: expect.stringContaining('free 3 of 3') }]);
  expect(await api.call('placement.audit', {})).toEqual([]);
  expect(await api.call('placement.heal', {})).toEqual([]);
});

it.each([
  ['placement.usage', { ref: 'nowhere' }, 'host.not_found'],
  ['placement.setTraits', { ref: 'one', traits: ['MINE'] }, 'bad_input'],
  ['placement.setTraits', { ref: 'one', traits: ['lower'] }, 'bad_input'],
  ['placement.setInventory', { ref: 'one', resourceClass: 'VCPU', total: 3 }, 'bad_input'],
  ['placement.setInventory', { ref: 'one', resourceClass: 'CUSTOM_A', total: -1 }, 'bad_input'],
  ['placement.candidates', { resources: { VCPU: 0 } }, 'bad_input'],
])('%s %o is refused', async (method, input, code) => {
  api.addHost('one');
  await expect(api.raw(method, input)).rejects.toEqual(expect.objectContaining({ code }));
});
