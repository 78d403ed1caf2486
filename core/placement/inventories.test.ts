import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isExpected } from '../domain/errors.ts';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { claim } from './allocations.ts';
import { putForeignClaims } from './foreign-claims.ts';
import { type InventorySettings, refreshInventory, setInventory } from './inventories.ts';
import { getProvider } from './providers.ts';
import { addHost } from './test-kit.ts';
import { readUsage } from './usage.ts';

let database: Database;
let id: string;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
  id = addHost(database, 'one');
});
afterEach(() => database.close());

const set = (resourceClass: string, settings: InventorySettings) =>
  database.write((tx) => setInventory(tx, id, 'one', resourceClass, settings));
const get = (resourceClass: string) => getProvider(database, id).inventories.get(resourceClass);

function refusal(work: () => unknown): string {
  try {
    work();
    return 'nothing was thrown';
  } catch (error) {
    return isExpected(error) ? `${error.code} ${error.field ?? ''}: ${error.message}` : String(error);
  }
}

describe('a class of one’s own', () => {
  it('is made by its total, changed, and goes with a total of 0', () => {
    set('CUSTOM_FPGA', { total: 4 });
    expect(get('CUSTOM_FPGA')).toEqual({
      total: 4,
      reserved: 0,
      minUnit: 1,
      maxUnit: 4,
      stepSize: 1,
      allocationRatio: 1,
    });
    set('CUSTOM_FPGA', { reserved: 1, maxUnit: 2, stepSize: 2 });
    set('CUSTOM_FPGA', { total: 8 });
    expect(get('CUSTOM_FPGA')).toMatchObject({ total: 8, reserved: 1, maxUnit: 2, stepSize: 2 });
    set('CUSTOM_FPGA', { total: 0 });
    expect(get('CUSTOM_FPGA')).toBeUndefined();
  });

  it('stays while something of it is given away', () => {
    set('CUSTOM_FPGA', { total: 4 });
    const shares = [{ providerId: id, resources: { CUSTOM_FPGA: 3 } }];
    database.write((tx) => claim(tx, { consumerId: 'x', consumerGeneration: null, shares }));
    expect(refusal(() => set('CUSTOM_FPGA', { total: 0 }))).toBe(
      'conflict total: 3 of CUSTOM_FPGA are given away.',
    );
    expect(get('CUSTOM_FPGA')?.total).toBe(4);
  });

  it.each<[string, InventorySettings, string]>([
    ['FPGAS', { total: 1 }, 'bad_input resourceClass: There is no resource class FPGAS.'],
    ['CUSTOM_A', { reserved: 1 }, 'bad_input total: The host has no CUSTOM_A yet.'],
    ['CUSTOM_A', { total: 2, reserved: 3 }, 'bad_input reserved: 3 cannot be reserved: there are 2.'],
    [
      'CUSTOM_A',
      { total: 9, minUnit: 4, maxUnit: 3 },
      'bad_input minUnit: At least 4 and at most 3 leaves nothing to ask for.',
    ],
    ['VCPU', { total: 99 }, 'bad_input total: How much VCPU there is, the host tells itself.'],
    ['MEMORY_MB', { reserved: 5000 }, 'bad_input reserved: 5000 cannot be reserved: there are 4096.'],
  ])('%s %o is refused', (resourceClass, settings, words) => {
    expect(refusal(() => set(resourceClass, settings))).toBe(words);
  });
});

describe('the largest unit of a class that the host tells', () => {
  it('follows the total until a person makes it smaller', () => {
    const tell = (vcpus: number) =>
      database.write((tx) => refreshInventory(tx, id, 'one', { vcpus, ram: 4096, disk: 100 }));
    tell(8);
    expect(get('VCPU')?.maxUnit).toBe(8);
    set('VCPU', { maxUnit: 2 });
    tell(16);
    expect(get('VCPU')).toMatchObject({ total: 16, maxUnit: 2 });
    tell(1);
    expect(get('VCPU')).toMatchObject({ total: 1, maxUnit: 1 });
  });
});

describe('usage', () => {
  it('says of each class what there is, what may be given away, and who has it', () => {
    const shares = [{ providerId: id, resources: { VCPU: 2, CUSTOM_GONE: 1 } }];
    const request = { consumerId: 'nobody', consumerGeneration: null, shares, beyondCapacity: true };
    database.write((tx) => {
      claim(tx, request);
      putForeignClaims(tx, id, [{ uuid: 'u', name: 'win11', vcpus: 3, ram: 0 }]);
    });
    const { usages } = readUsage(database, { id, name: 'one' });
    expect(usages.find(({ resourceClass }) => resourceClass === 'VCPU')).toEqual({
      resourceClass: 'VCPU',
      total: 4,
      reserved: 0,
      minUnit: 1,
      maxUnit: 4,
      stepSize: 1,
      allocationRatio: 4,
      capacity: 16,
      used: 5,
      consumers: [
        { consumerId: `${id}/u`, kind: 'foreign', name: 'win11', amount: 3 },
        { consumerId: 'nobody', kind: 'unknown', name: 'nobody', amount: 2 },
      ],
    });
    expect(usages.find(({ resourceClass }) => resourceClass === 'CUSTOM_GONE')).toMatchObject({
      total: 0,
      used: 1,
    });
  });

  it('of a host that has not been heard is empty', () => {
    const other = addHost(database, 'two', null);
    expect(readUsage(database, { id: other, name: 'two' })).toEqual({
      hostId: other,
      hostName: 'two',
      generation: 0,
      traits: [],
      usages: [],
    });
  });
});
