import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './run.ts';

const ROOT = '/sys/fs/cgroup';

/** How the machine mounts its control groups: one tree (v2), one for each set of controllers (v1), or not for us. */
export type CgroupLayout =
  | { readonly version: 2 }
  | { readonly version: 1; readonly hierarchies: readonly string[] }
  | { readonly version: null };

/** @param mounts the text of /proc/mounts */
export function cgroupLayout(mounts: string, names: readonly string[]): CgroupLayout {
  const rows = mounts.split('\n').map((line) => line.split(' '));
  if (rows.some(([, at, type]) => type === 'cgroup2' && at === ROOT)) return { version: 2 };
  const known = new Set(names);
  const hierarchies = rows
    .filter(([, at = '', type]) => type === 'cgroup' && at.startsWith(`${ROOT}/`))
    .map(([, , , options = '']) =>
      options
        .split(',')
        .filter((o) => known.has(o))
        .join(','),
    )
    .filter((controllers) => controllers !== '' && existsSync(join(ROOT, controllers)));
  return hierarchies.length > 0 ? { version: 1, hierarchies } : { version: null };
}

async function readLayout(): Promise<CgroupLayout> {
  const table = await readFile('/proc/cgroups', 'utf8').catch(() => '');
  const names = table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[0] ?? '');
  return cgroupLayout(await readFile('/proc/mounts', 'utf8'), names);
}

async function copyCpuset(from: string, to: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    await writeFile(join(to, file), await readFile(join(from, file), 'utf8'));
  }
}

/** The groups of one host: the folders to enter, and what its init needs to know to mount them again. */
export interface HostCgroups {
  readonly enter: readonly string[];
  readonly layout: CgroupLayout;
}

/** Makes `run`/`host` in every hierarchy. A machine that gives no right to do so runs its hosts without limits. */
export async function makeCgroups(run: string, host: string): Promise<HostCgroups> {
  const layout = await readLayout();
  if (layout.version === null) return { enter: [], layout };
  const roots = layout.version === 2 ? [ROOT] : layout.hierarchies.map((name) => join(ROOT, name));
  const enter: string[] = [];
  for (const tree of roots) {
    const parent = join(tree, run);
    const own = join(parent, host);
    await mkdir(own, { recursive: true });
    if (layout.version === 2) await delegate([tree, parent]);
    else if (tree.endsWith('/cpuset')) {
      await copyCpuset(tree, parent);
      await copyCpuset(parent, own);
    }
    enter.push(own);
  }
  return { enter, layout };
}

async function delegate(groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    const controllers = (await readFile(join(group, 'cgroup.controllers'), 'utf8')).trim().split(' ');
    for (const controller of controllers) {
      // One that cannot be handed down (e.g. cpu with real-time processes about) is simply not there for the guests.
      await writeFile(join(group, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
    }
  }
}

async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch(() => undefined);
}

/** Every place where groups named `name` may lie: the root itself (v2) and each hierarchy (v1). */
async function trees(): Promise<string[]> {
  const entries = await readdir(ROOT, { withFileTypes: true }).catch(() => []);
  return [ROOT, ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(ROOT, entry.name))];
}

/** Removes the groups of a run whose processes were killed. */
export async function removeCgroups(run: string): Promise<void> {
  const folders = (await trees()).map((tree) => join(tree, run));
  // The kernel lets go of a group only when the last killed process has been reaped.
  await until(`removal of the control groups of ${run}`, async () => {
    for (const folder of folders) if (existsSync(folder)) await removeTree(folder);
    return folders.some((folder) => existsSync(folder)) ? undefined : true;
  });
}
