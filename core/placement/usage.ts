import type { ConsumerShare, ProviderUsage, ResourceUsage } from '../contract/index.ts';
import type { Reader } from '../state/database.ts';
import { q } from '../state/query.ts';
import { listProviders } from './providers.ts';
import { capacityOf, type Inventory } from './resources.ts';

const shares = q
  .selectFrom('allocations')
  .innerJoin('consumers', 'consumers.id', 'allocations.consumer_id')
  .leftJoin('instances', (join) =>
    join.onRef('instances.id', '=', 'consumers.id').on('instances.deleted_at', 'is', null),
  )
  .select(['provider_id', 'consumer_id', 'resource_class', 'used', 'kind'])
  .select(['consumers.name as own_name', 'instances.name as instance_name'])
  .orderBy('used', 'desc')
  .orderBy('consumer_id');

/** One claim of one class, with the name of whoever has it. */
export interface HeldShare extends ConsumerShare {
  readonly providerId: string;
  readonly resourceClass: string;
}

/** @param column by which the claims are looked up */
export function listShares(
  reader: Reader,
  column: 'provider_id' | 'consumer_id' | null,
  id: string,
): HeldShare[] {
  const rows = reader.all(column === null ? shares : shares.where(column, '=', id));
  return rows.map((row) => {
    const foreign = row.kind === 'foreign';
    const known = foreign || row.instance_name !== null;
    return {
      providerId: row.provider_id,
      resourceClass: row.resource_class,
      consumerId: row.consumer_id,
      kind: foreign ? 'foreign' : known ? 'instance' : 'unknown',
      name: (foreign ? row.own_name : row.instance_name) ?? row.consumer_id,
      amount: row.used,
    };
  });
}

/**
 * What a host has of each class, how much of it may be given away, and who has it; nothing of a host that has not told its
 * resources yet. A class that is given away and that the host no longer has is listed with a total of 0.
 */
export function readUsage(reader: Reader, { id, name }: { id: string; name: string }): ProviderUsage {
  const [provider] = listProviders(reader, id);
  const held = Map.groupBy(listShares(reader, 'provider_id', id), (share) => share.resourceClass);
  const { inventories, usages } = provider ?? {
    inventories: new Map<string, Inventory>(),
    usages: new Map(),
  };
  return {
    hostId: id,
    hostName: name,
    generation: provider?.generation ?? 0,
    traits: [...(provider?.traits ?? [])].toSorted(),
    usages: [...new Set<string>([...inventories.keys(), ...usages.keys()])].map((resourceClass) =>
      explain(resourceClass, inventories.get(resourceClass) ?? NONE, held.get(resourceClass) ?? []),
    ),
  };
}

const NONE: Inventory = { total: 0, reserved: 0, minUnit: 1, maxUnit: 1, stepSize: 1, allocationRatio: 1 };

function explain(resourceClass: string, inventory: Inventory, held: readonly HeldShare[]): ResourceUsage {
  return {
    resourceClass,
    ...inventory,
    capacity: capacityOf(inventory),
    used: held.reduce((sum, { amount }) => sum + amount, 0),
    consumers: held.map(({ consumerId, kind, name, amount }) => ({ consumerId, kind, name, amount })),
  };
}
