import type { Selectable } from 'kysely';
import { Flavor } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { q } from './query.ts';
import { fromJson, parseRow, parseRows } from './rows.ts';
import type { FlavorsTable } from './schema.ts';

type Row = Selectable<FlavorsTable>;

const fromRow = (row: Row): Flavor =>
  parseRow('flavors', row.id, Flavor, () => ({
    id: row.id,
    name: row.name,
    vcpus: row.vcpus,
    ram: row.ram,
    disk: row.disk,
    ephemeral: row.ephemeral,
    swap: row.swap,
    isPublic: row.is_public === 1,
    description: row.description,
    extraSpecs: fromJson(row.extra_specs_json),
    createdAt: row.created_at,
    revision: row.revision,
  }));

const toRow = (flavor: Flavor): Row => ({
  id: flavor.id,
  name: flavor.name,
  vcpus: flavor.vcpus,
  ram: flavor.ram,
  disk: flavor.disk,
  ephemeral: flavor.ephemeral,
  swap: flavor.swap,
  is_public: flavor.isPublic ? 1 : 0,
  description: flavor.description,
  extra_specs_json: JSON.stringify(flavor.extraSpecs),
  created_at: flavor.createdAt,
  revision: flavor.revision,
});

const all = q.selectFrom('flavors').selectAll();

/** Smallest first, as Horizon lists them. */
export function listFlavors(reader: Reader): Flavor[] {
  return parseRows(reader, reader.all(all.orderBy('ram').orderBy('vcpus').orderBy('name')), fromRow);
}

/** Those whose id or name is `ref`. */
export function findFlavors(reader: Reader, ref: string): Flavor[] {
  return reader.all(all.where((eb) => eb.or([eb('id', '=', ref), eb('name', '=', ref)]))).map(fromRow);
}

export function insertFlavor(tx: Tx, values: Omit<Flavor, 'revision'>): Flavor {
  const flavor = { ...values, revision: tx.nextRevision() };
  tx.run(q.insertInto('flavors').values(toRow(flavor)));
  tx.publish({ type: 'flavor.changed', value: flavor });
  return flavor;
}

export function updateFlavor(
  tx: Tx,
  before: Flavor,
  set: Partial<Pick<Flavor, 'description' | 'extraSpecs'>>,
): Flavor {
  const flavor = { ...before, ...set, revision: tx.nextRevision() };
  tx.run(q.updateTable('flavors').set(toRow(flavor)).where('id', '=', flavor.id));
  tx.publish({ type: 'flavor.changed', value: flavor });
  return flavor;
}

export function deleteFlavor(tx: Tx, id: string): void {
  if (tx.run(q.deleteFrom('flavors').where('id', '=', id)) === 0) return;
  tx.publish({ type: 'deleted', resource: 'flavor', id, revision: tx.nextRevision() });
}
