import { join } from 'node:path';
import { run } from '../../lab/run.ts';
import type { HostTables } from '../host-tables.ts';
import type { Line } from '../pair.ts';

const HOSTS = 100;
const INSTANCES = 10_000;

/** What a process holds in memory that looks after all of them, measured from outside in one of its own. */
export function memoryLines(tables: HostTables): Promise<Line[]> {
  let round = 0;
  const measure = async (): Promise<number> => {
    const script = join(import.meta.dirname, '..', 'memory-process.ts');
    const home = join(tables.folder, `memory-${round++}`);
    const child = (...argv: string[]) =>
      run([process.execPath, '--expose-gc', script, ...argv], { timeout: 300_000 });
    await child('fill', home, `${HOSTS}`, `${INSTANCES}`);
    const { stdout } = await child('hold', home);
    return Number(stdout.trim()) / 1024 ** 2;
  };
  return Promise.resolve([
    {
      name: `memory with ${HOSTS} hosts and ${INSTANCES.toLocaleString('en')} instances`,
      ratio: 'time',
      unit: 'MiB',
      aim: 0.5,
      rounds: 1,
      ours: { name: 'resident, all listed and one more placed', run: measure },
      peer: { name: "Nova's stack (known figure, not this run)", knownMs: 2048 },
    },
  ]);
}
