import { ExpectedError } from '../domain/errors.ts';
import type { Reader, Tx } from '../state/database.ts';
import { touchHost } from '../state/hosts.ts';
import { prepared } from '../state/prepared.ts';
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
  /** what the host tells of itself, and what a person has added */
  readonly traits: ReadonlySet<string>;
}

/** Makes the provider where there is none, and keeps its name the host's. */
export function ensureProvider(tx: Tx, id: string, name: string): void {
  const put = q
    .insertInto('resource_providers')
    .values({ id, name })
    .onConflict((oc) => oc.column('id').doUpdateSet({ name }).where('resource_providers.name', '!=', name));
  if (tx.run(put) > 0) touchProvider(tx, id);
}

const countUp = prepared(({ id }: { id: string }) =>
  q
    .updateTable('resource_providers')
    .set((eb) => ({ generation: eb('generation', '+', 1) }))
    .where('id', '=', id),
);

/** Counts a change of the provider up, and tells the host's new figures. */
export function touchProvider(tx: Tx, id: string): void {
  tx.run(countUp({ id }));
  touchHost(tx, id);
}

const providers = q.selectFrom('resource_providers').selectAll();
const inventories = q.selectFrom('inventories').selectAll();
const usages = q
  .selectFrom('allocations')
  .select((eb) => ['provider_id', 'resource_class', eb.fn.sum<number>('used').as('used')])
  .groupBy(['provider_id', 'resource_class']);

const traits = q.selectFrom('provider_traits').select(['provider_id', 'trait']);

const byId = prepared(({ id }: { id: string }) => providers.where('id', '=', id));
const inventoriesById = prepared(({ id }: { id: string }) => inventories.where('provider_id', '=', id));
const usagesById = prepared(({ id }: { id: string }) => usages.where('provider_id', '=', id));
const traitsById = prepared(({ id }: { id: string }) => traits.where('provider_id', '=', id));

function readAll(reader: Reader, id: string | undefined) {
  if (id === undefined) {
    const rows = reader.all(providers.orderBy('name'));
    return { rows, have: reader.all(inventories), taken: reader.all(usages), told: reader.all(traits) };
  }
  return {
    rows: reader.all(byId({ id })),
    have: reader.all(inventoriesById({ id })),
    taken: reader.all(usagesById({ id })),
    told: reader.all(traitsById({ id })),
  };
}

/**
 * Every provider with what it has and what of it is used, by name.
 * @param id only this one; left out: all
 */
export function listProviders(reader: Reader, id?: string): Provider[] {
  const { rows, have, taken, told } = readAll(reader, id);
  const inventoriesOf = Map.groupBy(have, (row) => row.provider_id);
  const usagesOf = Map.groupBy(taken, (row) => row.provider_id);
  const traitsOf = Map.groupBy(told, (row) => row.provider_id);
  return rows.map((row) => ({
    ...row,
    inventories: new Map((inventoriesOf.get(row.id) ?? []).map((i) => [i.resource_class, toInventory(i)])),
    usages: new Map((usagesOf.get(row.id) ?? []).map((u) => [u.resource_class, u.used])),
    traits: new Set((traitsOf.get(row.id) ?? []).map((t) => t.trait)),
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
