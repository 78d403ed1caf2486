import type { Image } from '../../core/contract/index.ts';
import type { Database, Tx } from '../../core/state/database.ts';
import { insertFlavor } from '../../core/state/flavors.ts';
import { insertHost } from '../../core/state/hosts.ts';
import { insertImage } from '../../core/state/images.ts';
import { setMeta } from '../../core/state/meta.ts';
import { q } from '../../core/state/query.ts';
import { frozen, statement } from './sql.ts';
import { GIB } from './memory-images.ts';
import type { SimHost } from './sim-host.ts';

const tables = frozen(
  q
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- SQLite's own table, which no schema of ours names
    .selectFrom('sqlite_schema' as 'meta')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    .select('name' as 'key')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    .where('type' as 'key', '=', 'table'),
);

/** What a first start would make is left out: it would look into the home folder. */
const DONE = ['flavors', 'keypair', 'host', 'image'];

/** Empties the one database that all histories of a run share: to open another one costs more than a history. */
export function emptyDatabase(database: Database): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  const names = (database.all(tables) as unknown as { name: string }[]).map(({ name }) => name);
  database.write((tx) => {
    tx.run(statement('PRAGMA defer_foreign_keys = ON'));
    for (const name of names.filter((one) => one !== 'meta' && one !== 'projects')) {
      tx.run(statement(`DELETE FROM ${name}`));
    }
    tx.run(statement(`DELETE FROM projects WHERE name != 'admin'`));
    tx.run(statement(`DELETE FROM meta WHERE key != 'revision'`));
    for (const what of DONE) setMeta(tx, `default.${what}`, tx.now());
  });
}

const FLAVORS = [
  { name: 'small', vcpus: 1, ram: 512, disk: 1, ephemeral: 1, swap: 0 },
  { name: 'large', vcpus: 2, ram: 1024, disk: 10, ephemeral: 0, swap: 512 },
  { name: 'huge', vcpus: 8, ram: 65_536, disk: 10, ephemeral: 0, swap: 0 },
];

export function addImageRow(tx: Tx, name: string, status: Image['status'] = 'active'): string {
  const id = tx.uuid();
  insertImage(tx, {
    id,
    name,
    status,
    diskFormat: 'qcow2',
    size: 1000,
    virtualSize: GIB,
    sha256: status === 'active' ? 'ab'.repeat(32) : null,
    minDisk: 0,
    minRam: 0,
    properties: {},
    createdAt: tx.now(),
  });
  return id;
}

/** Hosts, flavors and images, as a person had made them before the history begins. */
export function furnish(
  database: Database,
  hosts: readonly SimHost[],
  images: readonly string[] = ['tiny', 'other'],
): void {
  database.write((tx) => {
    for (const { id, name } of hosts) {
      insertHost(tx, {
        id,
        name,
        address: { kind: 'local', uri: 'qemu:///system' },
        pool: 'default',
        network: 'default',
        virtMode: 'automatic',
        createdAt: tx.now(),
      });
    }
    for (const flavor of FLAVORS) {
      const rest = { isPublic: true, description: null, extraSpecs: {}, createdAt: tx.now() };
      insertFlavor(tx, { id: tx.uuid(), ...flavor, ...rest });
    }
    for (const name of images) addImageRow(tx, name);
  });
}
