import { join } from 'node:path';
import { blastLines, HOSTS } from './lines/blast.ts';
import { bootLines } from './lines/boot.ts';
import { consoleLines } from './lines/console.ts';
import { HostTables } from './host-tables.ts';
import { createLines } from './lines/create.ts';
import { FakePlane } from './fake-plane.ts';
import { inventoryLines } from './lines/inventory.ts';
import { memoryLines } from './lines/memory.ts';
import { resyncLines } from './lines/resync.ts';
import { scheduleLines, SIZES } from './lines/schedule.ts';
import { uploadLines } from './lines/upload.ts';
import { pair, type Line, type Result } from './pair.ts';
import { save, table } from './report.ts';
import { World } from './world.ts';

// Each group with a lab of its own: what one leaves on the host must not weigh on the next.
const GROUPS: Readonly<Record<string, () => Promise<Result[]>>> = {
  inventory: () => measure(World.create(), inventoryLines),
  upload: () => measure(World.create(), uploadLines),
  console: () => measure(World.create(), consoleLines),
  boot: () => measure(World.create(), bootLines),
  schedule: () => measure(HostTables.create(SIZES), scheduleLines),
  memory: () => measure(HostTables.create([]), memoryLines),
  resync: () => measure(World.create(), resyncLines),
  blast: () => measure(World.create(HOSTS), blastLines),
  create: () => measure(FakePlane.create(10), createLines),
};

async function measure<W extends AsyncDisposable>(
  made: Promise<W>,
  group: (world: W) => Promise<Line[]>,
): Promise<Result[]> {
  await using world = await made;
  const results: Result[] = [];
  for (const line of await group(world)) {
    process.stdout.write(`measuring ${line.name} …\n`);
    results.push(await pair(line));
  }
  return results;
}

const wanted = process.argv.slice(2);
const results: Result[] = [];
for (const [name, group] of Object.entries(GROUPS)) {
  if (wanted.length === 0 || wanted.includes(name)) results.push(...(await group()));
}
const file = await save(results, join(import.meta.dirname, '..', '..', 'artifacts'));
process.stdout.write(`\n${table(results)}\n\nWritten to ${file}\n`);
// Connections and the control plane of the lines are still open, on purpose: closing them is not what was measured.
process.exit(0);
