import { ExpectedError } from '../domain/errors.ts';
import type { Reader, Tx } from '../state/database.ts';
import { updateHost } from '../state/hosts.ts';
import { q } from '../state/query.ts';
import type { InventoriesTable } from '../state/schema.ts';
import type { Inventory } from './resources.ts';

/** One host as placement sees it. */
export interface Provider {
  /** the host's id */
  readonly id: string;
  readonly name: string;
  readonly generation: number;
  readonly inventories: ReadonlyMap<string, Inventory>;
  readonly usages: ReadonlyMap<string, number>;
}

/** What a host turned out to have: cores, MiB, GiB. */
export interface Totals {
  readonly vcpus: number;
  readonly ram: number;
  readonly disk: number;
}

/** What a person may set; what is left out stays as it is. */
export interface InventorySettings {
  readonly allocationRatio?: number | undefined;
  readonly reserved?: number | undefined;
}

export type HostClass = 'VCPU' | 'MEMORY_MB' | 'DISK_GB';

/** `initial_cpu_allocation_ratio`, `reserved_host_memory_mb` and their like in nova/conf/compute.py. */
const INITIAL: Record<HostClass, { allocationRatio: number; reserved: number }> = {
  VCPU: { allocationRatio: 4, reserved: 0 },
  MEMORY_MB: { allocationRatio: 1, reserved: 512 },
  DISK_GB: { allocationRatio: 1, reserved: 0 },
};
const HOST_CLASSES: readonly HostClass[] = ['VCPU', 'MEMORY_MB', 'DISK_GB'];

/**
 * Sets a host's inventories from its facts; makes the provider where there is none. Ratios and reserved amounts that a
 * person has set stay.
 */
export function refreshInventory(tx: Tx, hostId: string, hostName: string, totals: Totals): void {
  ensureProvider(tx, hostId, hostName);
  const figures = { VCPU: totals.vcpus, MEMORY_MB: totals.ram, DISK_GB: totals.disk };
  const changed = HOST_CLASSES.filter((name) => putTotal(tx, hostId, name, Math.floor(figures[name])));
  if (changed.length > 0) touchProvider(tx, hostId);
}

/** Changes ratio and reserved amount of a class, before or after the host has told its facts. */
export function setInventory(
  tx: Tx,
  hostId: string,
  hostName: string,
  resourceClass: HostClass,
  settings: InventorySettings,
): void {
  const set = { allocation_ratio: settings.allocationRatio, reserved: settings.reserved };
  if (set.allocation_ratio === undefined && set.reserved === undefined) return;
  ensureProvider(tx, hostId, hostName);
  putTotal(tx, hostId, resourceClass, null);
  tx.run(
    q
      .updateTable('inventories')
      .set(set)
      .where('provider_id', '=', hostId)
      .where('resource_class', '=', resourceClass),
  );
  touchProvider(tx, hostId);
}

function ensureProvider(tx: Tx, id: string, name: string): void {
  tx.run(
    q
      .insertInto('resource_providers')
      .values({ id, name })
      .onConflict((oc) => oc.column('id').doUpdateSet({ name })),
  );
}

// Zero is stored as 1 for the largest unit, which placement wants positive; a total of 0 refuses all by itself.
function putTotal(tx: Tx, hostId: string, resourceClass: HostClass, total: number | null): boolean {
  const initial = INITIAL[resourceClass];
  const row = {
    provider_id: hostId,
    resource_class: resourceClass,
    total: total ?? 0,
    reserved: initial.reserved,
    min_unit: 1,
    max_unit: Math.max(1, total ?? 0),
    step_size: 1,
    allocation_ratio: initial.allocationRatio,
  };
  const insert = q.insertInto('inventories').values(row);
  if (total === null) return tx.run(insert.onConflict((oc) => oc.doNothing())) > 0;
  const upsert = insert.onConflict((oc) =>
    oc
      .columns(['provider_id', 'resource_class'])
      .doUpdateSet({ total: row.total, max_unit: row.max_unit })
      .where('inventories.total', '!=', row.total),
  );
  return tx.run(upsert) > 0;
}

/** Counts a change of the provider up, and tells the host's new figures. */
export function touchProvider(tx: Tx, id: string): void {
  tx.run(
    q
      .updateTable('resource_providers')
      .set((eb) => ({ generation: eb('generation', '+', 1) }))
      .where('id', '=', id),
  );
  updateHost(tx, id, {});
}

const providers = q.selectFrom('resource_providers').selectAll();
const inventories = q.selectFrom('inventories').selectAll();
const usages = q
  .selectFrom('allocations')
  .select((eb) => ['provider_id', 'resource_class', eb.fn.sum<number>('used').as('used')])
  .groupBy(['provider_id', 'resource_class']);

function readAll(reader: Reader, id: string | undefined) {
  if (id === undefined) {
    const rows = reader.all(providers.orderBy('name'));
    return { rows, have: reader.all(inventories), taken: reader.all(usages) };
  }
  return {
    rows: reader.all(providers.where('id', '=', id)),
    have: reader.all(inventories.where('provider_id', '=', id)),
    taken: reader.all(usages.where('provider_id', '=', id)),
  };
}

/**
 * Every provider with what it has and what of it is used, by name.
 * @param id only this one; left out: all
 */
export function listProviders(reader: Reader, id?: string): Provider[] {
  const { rows, have, taken } = readAll(reader, id);
  const inventoriesOf = Map.groupBy(have, (row) => row.provider_id);
  const usagesOf = Map.groupBy(taken, (row) => row.provider_id);
  return rows.map((row) => ({
    ...row,
    inventories: new Map((inventoriesOf.get(row.id) ?? []).map((i) => [i.resource_class, toInventory(i)])),
    usages: new Map((usagesOf.get(row.id) ?? []).map((u) => [u.resource_class, u.used])),
  }));
}

/** @throws ExpectedError `host.not_found` */
export function getProvider(reader: Reader, id: string): Provider {
  const [provider] = listProviders(reader, id);
  if (provider !== undefined) return provider;
  throw new ExpectedError('host.not_found', `There is no resource provider ${id}`, {
    remedy: 'The host was removed, or has not been reached yet.',
  });
}

function toInventory(row: InventoriesTable): Inventory {
  return {
    total: row.total,
    reserved: row.reserved,
    minUnit: row.min_unit,
    maxUnit: row.max_unit,
    stepSize: row.step_size,
    allocationRatio: row.allocation_ratio,
  };
}
