import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../core/domain/log.ts';
import { timestamp } from '../../core/domain/time.ts';
import { refreshInventory } from '../../core/placement/inventories.ts';
import { refreshTraits } from '../../core/placement/traits.ts';
import { type Database, databaseFile, openDatabase, type Tx } from '../../core/state/database.ts';
import { insertHost, type StoredFacts, updateHost } from '../../core/state/hosts.ts';

/** Room enough that placement is asked, and never says no. */
const FACTS: StoredFacts = {
  hostname: 'host',
  libvirtVersion: '9.0.0',
  hypervisorVersion: '7.2.0',
  arch: 'x86_64',
  cpuModel: 'qemu64',
  vcpus: 256,
  ram: 1024 ** 2,
  disk: 100_000,
  uptime: 1,
  virtType: 'kvm',
  virtReason: null,
  supports: { machines: ['pc'], diskBuses: ['virtio'], videoModels: ['vga'], firmware: ['bios'] },
};
const TRAITS = ['COMPUTE_STORAGE_BUS_VIRTIO', 'HW_ARCH_X86_64', 'HW_CPU_X86_AVX2', 'HW_CPU_X86_SSE42'];
/** hosts that are stored at a time */
const BATCH = 500;

export function addHost(tx: Tx, name: string): string {
  const id = randomUUID();
  const address = { kind: 'local', uri: 'qemu:///system' } as const;
  insertHost(tx, {
    id,
    name,
    address,
    pool: 'p',
    network: 'n',
    virtMode: 'automatic',
    createdAt: timestamp(),
  });
  refreshInventory(tx, id, name, FACTS);
  refreshTraits(tx, id, name, TRAITS);
  updateHost(tx, id, { connection: 'connected', facts: FACTS });
  return id;
}

/** Real database files, `synchronous=FULL`, each with so many connected hosts. */
export class HostTables implements AsyncDisposable {
  readonly folder: string;
  readonly #bySize = new Map<number, Database>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(sizes: readonly number[]): Promise<HostTables> {
    const tables = new HostTables(await mkdtemp(join(tmpdir(), 'micronova-tables-')));
    for (const size of sizes) tables.#fill(size);
    return tables;
  }

  #fill(size: number): void {
    const database = openDatabase(databaseFile(join(this.folder, `${size}`)), { log: silentLog });
    for (let first = 0; first < size; first += BATCH) {
      database.write((tx) => {
        for (let n = first; n < Math.min(size, first + BATCH); n++) addHost(tx, `host${n}`);
      });
    }
    this.#bySize.set(size, database);
  }

  of(size: number): Database {
    const database = this.#bySize.get(size);
    if (database === undefined) throw new Error(`no tables of ${size} hosts were made`);
    return database;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const database of this.#bySize.values()) database.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
