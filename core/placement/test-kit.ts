import { randomUUID } from 'node:crypto';
import { isExpected } from '../domain/errors.ts';
import { timestamp } from '../domain/time.ts';
import type { Database } from '../state/database.ts';
import { insertHost } from '../state/hosts.ts';
import { refreshInventory, type Totals } from './inventories.ts';

/** @param totals null for a host that has not told its resources yet */
export function addHost(
  database: Database,
  name: string,
  totals: Totals | null = { vcpus: 4, ram: 4096, disk: 100 },
): string {
  const id = randomUUID();
  database.write((tx) => {
    insertHost(tx, {
      id,
      name,
      address: { kind: 'local', uri: 'qemu:///system' },
      pool: 'micronova',
      network: 'default',
      virtMode: 'automatic',
      createdAt: timestamp(),
    });
    if (totals !== null) refreshInventory(tx, id, name, totals);
  });
  return id;
}

export function codeOf(work: () => unknown): string {
  try {
    work();
    return 'nothing was thrown';
  } catch (error) {
    return isExpected(error) ? error.code : String(error);
  }
}
