import { mkdtemp, chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeCgroups } from './cgroups.ts';

const PREFIX = 'micronova-lab-';

/** The kernel's start time of a process makes its pid unique. */
async function processMark(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // Field 22, counted behind the command's name, which may hold spaces and brackets.
  return stat === null ? null : `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
}

/** Makes the folder of one run, marked with the process that keeps it; the folder's name also names its control groups. */
export async function makeRunFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  await markRunFolder(folder);
  // sshd and QEMU look for their files here under their own accounts.
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'keys'), { mode: 0o755 });
  return folder;
}

/** Says that this process now keeps the run. */
export async function markRunFolder(folder: string): Promise<void> {
  await writeFile(join(folder, 'keeper'), (await processMark(process.pid)) ?? '');
}

export async function removeRunFolder(folder: string): Promise<void> {
  await removeCgroups(basename(folder));
  await rm(folder, { recursive: true, force: true });
}

/**
 * Removes what runs left whose keeper is dead. Their processes died with the keeper; folders and groups did not. The folder
 * goes last, so there are no groups without one.
 */
export async function sweepDeadRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const mark = await readFile(join(folder, 'keeper'), 'utf8').catch(() => null);
    // No mark yet: made a moment ago by a run that is starting.
    if (mark === null) continue;
    if ((await processMark(Number.parseInt(mark, 10))) !== mark) await removeRunFolder(folder);
  }
}
