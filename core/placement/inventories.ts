import { ExpectedError } from '../domain/errors.ts';
import type { Tx } from '../state/database.ts';
import { q } from '../state/query.ts';
import { ensureProvider, getProvider, touchProvider } from './providers.ts';
import { isKnownClass, type Inventory } from './resources.ts';

/** What a host turned out to have: cores, MiB, GiB. */
export interface Totals {
  readonly vcpus: number;
  readonly ram: number;
  readonly disk: number;
}

/** What a person may set; what is left out stays as it is. */
export type InventorySettings = { readonly [K in keyof Inventory]?: Inventory[K] | undefined };

type HostClass = 'VCPU' | 'MEMORY_MB' | 'DISK_GB';

/** `initial_cpu_allocation_ratio`, `reserved_host_memory_mb` and their like in nova/conf/compute.py. */
const INITIAL: Record<HostClass, { allocationRatio: number; reserved: number }> = {
  VCPU: { allocationRatio: 4, reserved: 0 },
  MEMORY_MB: { allocationRatio: 1, reserved: 512 },
  DISK_GB: { allocationRatio: 1, reserved: 0 },
};
const HOST_CLASSES: readonly HostClass[] = ['VCPU', 'MEMORY_MB', 'DISK_GB'];

const isHostClass = (name: string): name is HostClass => HOST_CLASSES.some((known) => known === name);

function initialOf(resourceClass: string): Inventory {
  const own = isHostClass(resourceClass) ? INITIAL[resourceClass] : { allocationRatio: 1, reserved: 0 };
  return { total: 0, minUnit: 1, maxUnit: 1, stepSize: 1, ...own };
}

/**
 * Sets a host's inventories from its facts; makes the provider where there is none. What a person has set stays.
 */
export function refreshInventory(tx: Tx, hostId: string, hostName: string, totals: Totals): void {
  ensureProvider(tx, hostId, hostName);
  const { inventories } = getProvider(tx, hostId);
  const figures = { VCPU: totals.vcpus, MEMORY_MB: totals.ram, DISK_GB: totals.disk };
  const changed = HOST_CLASSES.filter((name) => {
    const total = Math.floor(figures[name]);
    const before = inventories.get(name);
    if (before?.total === total) return false;
    put(tx, hostId, name, withTotal(before ?? initialOf(name), total));
    return true;
  });
  if (changed.length > 0) touchProvider(tx, hostId);
}

// The largest unit follows the total, unless a person has made it smaller. Placement wants it positive; a total of 0
// refuses all by itself.
function withTotal(before: Inventory, total: number): Inventory {
  const narrowed = before.maxUnit < before.total;
  return { ...before, total, maxUnit: Math.max(1, narrowed ? Math.min(before.maxUnit, total) : total) };
}

/**
 * Changes one class of a host, before or after the host has told its facts. Another class than the host's own three is
 * made by its first total, and goes with a total of 0.
 * @throws ExpectedError `bad_input` with the field; `conflict` when a class is to go of which something is given away
 */
export function setInventory(
  tx: Tx,
  hostId: string,
  hostName: string,
  resourceClass: string,
  settings: InventorySettings,
): void {
  const set = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  if (Object.keys(set).length === 0) return;
  ensureProvider(tx, hostId, hostName);
  const { inventories, usages } = getProvider(tx, hostId);
  const before = inventories.get(resourceClass);
  refuseUnknown(resourceClass, before, settings);
  const base = before ?? initialOf(resourceClass);
  const after = { ...(settings.total === undefined ? base : withTotal(base, settings.total)), ...set };
  refuseContradiction(after);
  if (after.total > 0 || isHostClass(resourceClass)) put(tx, hostId, resourceClass, after);
  else remove(tx, hostId, resourceClass, usages.get(resourceClass) ?? 0);
  touchProvider(tx, hostId);
}

function refuseUnknown(name: string, before: Inventory | undefined, { total }: InventorySettings): void {
  if (!isKnownClass(name)) {
    throw new ExpectedError('bad_input', `There is no resource class ${name}.`, {
      field: 'resourceClass',
      remedy: 'A class of your own begins with CUSTOM_.',
    });
  }
  if (isHostClass(name) && total !== undefined) {
    throw new ExpectedError('bad_input', `How much ${name} there is, the host tells itself.`, {
      field: 'total',
      remedy: 'Set how much of it is reserved, or the allocation ratio.',
    });
  }
  if (isHostClass(name) || before !== undefined || total !== undefined) return;
  throw new ExpectedError('bad_input', `The host has no ${name} yet.`, {
    field: 'total',
    remedy: 'Say how much of it there is (total).',
  });
}

function refuseContradiction({ total, reserved, minUnit, maxUnit }: Inventory): void {
  if (minUnit > maxUnit) {
    throw new ExpectedError(
      'bad_input',
      `At least ${minUnit} and at most ${maxUnit} leaves nothing to ask for.`,
      {
        field: 'minUnit',
        remedy: 'The smallest unit must not be larger than the largest.',
      },
    );
  }
  // A host that has not told its facts has a total of 0, and may have its reserve set all the same.
  if (total === 0 || reserved <= total) return;
  throw new ExpectedError('bad_input', `${reserved} cannot be reserved: there are ${total}.`, {
    field: 'reserved',
    remedy: 'Reserve no more than there is.',
  });
}

function put(tx: Tx, hostId: string, resourceClass: string, inventory: Inventory): void {
  const row = {
    total: inventory.total,
    reserved: inventory.reserved,
    min_unit: inventory.minUnit,
    max_unit: inventory.maxUnit,
    step_size: inventory.stepSize,
    allocation_ratio: inventory.allocationRatio,
  };
  tx.run(
    q
      .insertInto('inventories')
      .values({ provider_id: hostId, resource_class: resourceClass, ...row })
      .onConflict((oc) => oc.columns(['provider_id', 'resource_class']).doUpdateSet(row)),
  );
}

function remove(tx: Tx, hostId: string, resourceClass: string, used: number): void {
  if (used > 0) {
    throw new ExpectedError('conflict', `${used} of ${resourceClass} are given away.`, {
      field: 'total',
      remedy: 'Delete the instances that have them first.',
    });
  }
  tx.run(
    q.deleteFrom('inventories').where('provider_id', '=', hostId).where('resource_class', '=', resourceClass),
  );
}
