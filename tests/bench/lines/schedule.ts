import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ADMIN_PROJECT } from '../../../core/contract/index.ts';
import { scheduleAndClaim } from '../../../core/scheduler/claim.ts';
import type { SchedulingRequest } from '../../../core/scheduler/request.ts';
import type { Database } from '../../../core/state/database.ts';
import { transition } from '../../../core/state/instance-changes.ts';
import { insertInstance } from '../../../core/state/instances.ts';
import type { HostTables } from '../host-tables.ts';
import type { Contender, Known, Line } from '../pair.ts';

export const SIZES = [10, 100, 1_000, 10_000] as const;
type Size = (typeof SIZES)[number];
/** decisions in a round */
const DECISIONS = 30;

const FLAVOR = {
  id: 'bench',
  name: 'bench',
  vcpus: 1,
  ram: 512,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
};

const REQUEST: SchedulingRequest = {
  instanceId: null,
  flavor: FLAVOR,
  image: null,
  projectId: ADMIN_PROJECT,
  requestedHostId: null,
  hostChecks: true,
  availabilityZone: null,
  group: null,
  hints: {},
};

function addInstance(database: Database): string {
  const id = randomUUID();
  database.write((tx) =>
    insertInstance(tx, {
      id,
      name: 'bench',
      hostname: 'bench',
      domainName: id,
      flavor: FLAVOR,
      imageId: null,
      imageName: null,
      keyName: null,
      publicKey: null,
      userData: null,
      metadata: {},
      mac: id,
      requestedHostId: null,
    }),
  );
  return id;
}

function schedule(database: Database, instanceId: string): void {
  database.write((tx) => {
    const { selected } = scheduleAndClaim(tx, instanceId, { ...REQUEST, instanceId });
    if (selected === null) throw new Error('no host was found');
    transition(tx, instanceId, { set: { hostId: selected } });
  });
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

/** Each times its own, so that making an instance to place does not count. */
function timed(name: string, prepare: () => string, work: (id: string) => void): Contender {
  const once = () => {
    const id = prepare();
    const begun = performance.now();
    work(id);
    return performance.now() - begun;
  };
  return { name, run: () => Promise.resolve(median(Array.from({ length: DECISIONS }, once))) };
}

/** What no claim can be faster than that is on this disk before it is believed. */
function emptyTransaction(folder: string): Contender {
  const sqlite = new DatabaseSync(join(folder, 'empty.db'));
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  sqlite.exec('CREATE TABLE one (n INTEGER)');
  const commit = () => sqlite.exec('BEGIN IMMEDIATE; INSERT INTO one VALUES (1); COMMIT');
  return timed('an empty SQLite transaction, synced', () => '', commit);
}

const NOVA = "Nova's select_destinations + claim";
const KNOWN: Readonly<Record<Size, Known & { readonly aim: number }>> = {
  10: { name: `${NOVA} at 3 hosts (known figure, not this run)`, knownMs: 92, aim: 0.1 },
  100: { name: `${NOVA} at 103 hosts (known figure, not this run)`, knownMs: 311, aim: 0.03 },
  1_000: { name: `${NOVA} at 1,003 hosts (known figure, not this run)`, knownMs: 2_694, aim: 1 / 500 },
  10_000: { name: 'the aim itself: 20 ms', knownMs: 20, aim: 1 },
};
/** how many times an empty transaction one may take */
const DISK_AIM: Readonly<Record<Size, number>> = { 10: 3, 100: 3, 1_000: 4, 10_000: 8 };

/** Deciding and claiming in one transaction, as a create does it: filters, weighers, claim and host, on disk. */
export function scheduleLines(tables: HostTables): Promise<Line[]> {
  const empty = emptyTransaction(tables.folder);
  const lines = SIZES.flatMap((size): Line[] => {
    const database = tables.of(size);
    const ours = timed(
      `median of ${DECISIONS}`,
      () => addInstance(database),
      (id) => schedule(database, id),
    );
    const { aim, ...known } = KNOWN[size];
    const hosts = size.toLocaleString('en');
    return [
      { name: `schedule + claim at ${hosts} hosts`, ratio: 'time', aim, rounds: 5, ours, peer: known },
      {
        name: `schedule + claim at ${hosts} hosts against its disk`,
        ratio: 'time',
        aim: DISK_AIM[size],
        rounds: 5,
        ours,
        peer: empty,
      },
    ];
  });
  return Promise.resolve(lines);
}
