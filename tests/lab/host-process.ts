import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createWriteStream } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCgroups, type HostCgroups } from './cgroups.ts';
import type { HostSpec } from './host-files.ts';
import { run, until } from './run.ts';

const INIT = join(import.meta.dirname, 'host-init.sh');
const NAMESPACES = ['--cgroup', '--net', '--mount', '--uts', '--ipc', '--pid'];
const GATEWAY = '10.77.0.254';

/** A process that holds a network namespace with a bridge: the switch between the hosts. It ends with its parent. */
export async function startSwitch(): Promise<ChildProcess> {
  // `cat` waits on the pipe from us, so the switch cannot outlive us either way.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'cat'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  await until('the switch of the lab', async () => {
    const command = await readFile(`/proc/${child.pid}/comm`, 'utf8').catch(() => '');
    return command.trim() === 'cat' ? true : undefined;
  });
  const ip = (...args: string[]) => run(['nsenter', '-t', String(child.pid), '-n', 'ip', ...args]);
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', 'br0', 'type', 'bridge');
  await ip('address', 'add', `${GATEWAY}/24`, 'dev', 'br0');
  await ip('link', 'set', 'br0', 'up');
  return child;
}

async function plugIn(host: HostSpec, pid: string, switchPid: number): Promise<void> {
  const port = `h${host.number}`;
  const ip = (...args: string[]) => run(['nsenter', '-t', String(switchPid), '-n', 'ip', ...args]);
  // After a power cut the kernel takes a moment to remove the old cable.
  await until(`the network cable of ${host.name}`, async () => {
    const cable = ['link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid];
    const made = await run(['nsenter', '-t', String(switchPid), '-n', 'ip', ...cable], {
      allowFailure: true,
    });
    return made.code === 0 ? true : undefined;
  });
  await ip('link', 'set', port, 'master', 'br0', 'up');
}

async function describeCgroups(host: HostSpec, groups: HostCgroups): Promise<void> {
  const { layout } = groups;
  if (layout.version === 2) await writeFile(join(host.folder, 'cgroup-v2'), '');
  if (layout.version !== 1) return;
  await writeFile(join(host.folder, 'cgroup-mounts'), `${layout.hierarchies.join('\n')}\n`);
}

/** A running host: killing `child` takes everything in its namespaces along. */
export interface RunningHost {
  readonly child: ChildProcess;
}

/** Boots a host and waits until libvirt and sshd answer. @param runName names the control groups */
export async function bootHost(host: HostSpec, runName: string, switchPid: number): Promise<RunningHost> {
  const groups = await makeCgroups(runName, host.name);
  await describeCgroups(host, groups);
  const enter = groups.enter.map((folder) => `echo $$ > ${folder}/cgroup.procs`);
  const script = [...enter, 'exec setpriv --pdeathsig KILL unshare "$@"'].join('\n');
  const init = [INIT, host.folder, host.name, host.address, GATEWAY, join(host.keys, 'id_ed25519')];
  const args = [...NAMESPACES, '--fork', '--kill-child=KILL', '--mount-proc', 'bash', ...init];
  const child = spawn('sh', ['-ec', script, 'sh', ...args], { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
  child.stderr.pipe(createWriteStream(join(host.folder, 'init.log'), { flags: 'a' }));
  const ready = firstLine(child, host);
  const pid = await until(`namespaces of ${host.name}`, () => initPid(child));
  await plugIn(host, pid, switchPid);
  child.stdin.end('go\n');
  await ready;
  await writeFile(join(host.folder, 'pid'), pid);
  return { child };
}

async function initPid(child: ChildProcess): Promise<string | undefined> {
  if (child.exitCode !== null) throw new Error('a lab host ended while it started');
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '');
  const pid = children.trim().split(' ')[0];
  if (pid === undefined || pid === '') return undefined;
  // Before its exec it is still a copy of unshare, perhaps not yet in all its namespaces.
  const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return comm.trim() === 'bash' ? pid : undefined;
}

async function firstLine(child: ChildProcess, host: HostSpec): Promise<void> {
  if (child.stdout === null) throw new Error('no output of a lab host');
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  try {
    for await (const line of lines) if (line === 'ready') return;
  } finally {
    clearTimeout(timer);
  }
  const log = await readFile(join(host.folder, 'init.log'), 'utf8').catch(() => '');
  throw new Error(`lab host ${host.name} did not come up: ${log.trim() || 'no reason given'}`);
}

/** Pulls the plug: guests, daemons and /run are gone, disks and definitions stay. */
export async function killHost(host: HostSpec, running: RunningHost): Promise<void> {
  await rm(join(host.folder, 'pid'), { force: true });
  const gone = new Promise<void>((resolve) => {
    running.child.once('exit', () => resolve());
    if (running.child.exitCode !== null || running.child.signalCode !== null) resolve();
  });
  running.child.kill('SIGKILL');
  await gone;
}
