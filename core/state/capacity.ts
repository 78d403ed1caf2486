import type { Host } from '../contract/index.ts';
import type { Reader } from './database.ts';
import { prepared } from './prepared.ts';
import { q } from './query.ts';

type Amount = Host['vcpus'];

export interface Capacity {
  readonly vcpus: Amount;
  readonly ram: Amount;
  readonly disk: Amount;
  /** instances on the host */
  readonly guests: number;
}

/** What a host has before anybody has asked it. Ratios and reserved RAM (MiB): nova/conf/compute.py. */
const UNKNOWN = {
  VCPU: { total: 0, used: 0, reserved: 0, ratio: 4 },
  MEMORY_MB: { total: 0, used: 0, reserved: 512, ratio: 1 },
  DISK_GB: { total: 0, used: 0, reserved: 0, ratio: 1 },
} satisfies Record<string, Amount>;

const inventories = q
  .selectFrom('inventories')
  .select(['provider_id', 'resource_class', 'total', 'reserved', 'allocation_ratio']);

const used = q
  .selectFrom('allocations')
  .select((eb) => ['provider_id', 'resource_class', eb.fn.sum<number>('used').as('used')])
  .groupBy(['provider_id', 'resource_class']);

const guests = q
  .selectFrom('instances')
  .select((eb) => ['host_id', eb.fn.countAll<number>().as('count')])
  .where('deleted_at', 'is', null)
  .groupBy('host_id');

const inventoriesOf = prepared(({ id }: { id: string }) => inventories.where('provider_id', '=', id));
const usedOf = prepared(({ id }: { id: string }) => used.where('provider_id', '=', id));
const guestsOf = prepared(({ id }: { id: string }) => guests.where('host_id', '=', id));

function readAll(reader: Reader, id: string | undefined) {
  if (id === undefined) {
    return { have: reader.all(inventories), taken: reader.all(used), counts: reader.all(guests) };
  }
  return {
    have: reader.all(inventoriesOf({ id })),
    taken: reader.all(usedOf({ id })),
    counts: reader.all(guestsOf({ id })),
  };
}

/**
 * Looks up what hosts have and what placement has given away.
 * @param hostId only this host's figures are read; left out: all
 */
export function readCapacities(reader: Reader, hostId?: string): (id: string) => Capacity {
  const { have, taken, counts } = readAll(reader, hostId);
  const totals = Map.groupBy(have, (row) => row.provider_id);
  const sums = Map.groupBy(taken, (row) => row.provider_id);
  const guestCounts = new Map(counts.map((row) => [row.host_id, row.count]));
  const amount = (id: string, resource: keyof typeof UNKNOWN): Amount => {
    const row = totals.get(id)?.find((one) => one.resource_class === resource);
    const usedNow = sums.get(id)?.find((one) => one.resource_class === resource)?.used ?? 0;
    if (row === undefined) return { ...UNKNOWN[resource], used: usedNow };
    return { total: row.total, used: usedNow, reserved: row.reserved, ratio: row.allocation_ratio };
  };
  return (id) => ({
    vcpus: amount(id, 'VCPU'),
    ram: amount(id, 'MEMORY_MB'),
    disk: amount(id, 'DISK_GB'),
    guests: guestCounts.get(id) ?? 0,
  });
}
