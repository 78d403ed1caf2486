import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { silentLog } from '../../../core/domain/log.ts';
import { HostManager } from '../../../core/inventory/host-manager.ts';
import { openLibvirtDrivers } from '../../../core/inventory/open-driver.ts';
import { openDatabase } from '../../../core/state/database.ts';
import { insertHost } from '../../../core/state/hosts.ts';
import { createKnownHosts } from '../../../core/transport/known-hosts-store.ts';
import { currentEnvironment } from '../../../core/transport/platform.ts';
import { HostSecretsStore } from '../../../core/transport/secrets.ts';
import type { LabHost } from '../../lab/host.ts';
import type { Line } from '../pair.ts';
import { never, type World } from '../world.ts';

/** as many as the issue speaks of; all of them share this machine */
export const HOSTS = 10;
const CALLS = 200;
/** milliseconds of silence after which the stopped host is held dead: within the measuring, so that its end is measured too */
const LINK_TIMEOUT = 2_000;

/** All hosts of the lab, looked after as Micronova does it. */
async function manage(world: World): Promise<{ manager: HostManager; ids: readonly string[] }> {
  const database = openDatabase(':memory:', { log: silentLog });
  const knownHosts = createKnownHosts(world.folder, currentEnvironment());
  const ids = world.lab.hosts.map((host) => {
    const id = randomUUID();
    const address = {
      kind: 'ssh' as const,
      address: '127.0.0.1',
      port: host.port,
      user: 'root',
      identityFiles: [world.lab.key],
      jumps: [],
      useAgent: false,
      uri: 'qemu:///system' as const,
    };
    const rest = { pool: 'default', network: 'default', virtMode: 'automatic', createdAt: NOW } as const;
    database.write((tx) => insertHost(tx, { id, name: host.name, address, ...rest }));
    return id;
  });
  const openDriver = openLibvirtDrivers({
    knownHosts,
    secrets: new HostSecretsStore(null),
    log: silentLog,
    linkTimeout: LINK_TIMEOUT,
  });
  const manager = new HostManager({ database, openDriver, log: silentLog });
  manager.start();
  await manager.attempted();
  return { manager, ids };
}

const NOW = '2026-01-01T00:00:00.000Z';

/** @returns milliseconds: the 99th percentile of calls to each of these hosts, all hosts at once, one call a host */
async function p99(manager: HostManager, ids: readonly string[]): Promise<number> {
  const took: number[] = [];
  const callAll = async (id: string): Promise<void> => {
    for (let n = 0; n < CALLS; n += 1) {
      const begun = performance.now();
      await manager.get(id).listGuests({ signal: never() });
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(ids.map(callAll));
  const sorted = took.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}

/** One host stopped dead, with work under way on it: do calls to the others take longer than they did? */
export async function blastLines(world: World): Promise<Line[]> {
  await Promise.all(world.lab.hosts.map(async (host) => trust(world, host)));
  const { manager, ids } = await manage(world);
  const [stopped = '', ...others] = ids;
  return [
    {
      name: `calls to ${others.length} hosts, p99, while another one is stopped dead`,
      ratio: 'time',
      aim: 1.1,
      rounds: 7,
      ours: {
        name: 'its libvirtd stopped (SIGSTOP)',
        prepare: async () => {
          await manager.connect(stopped);
          await world.host.freezeLibvirtd();
          // Somebody waits for an answer of it, too.
          manager
            .get(stopped)
            .listGuests({ signal: never() })
            .catch(() => undefined);
        },
        run: () => p99(manager, others),
        clean: () => world.host.thawLibvirtd(),
      },
      peer: { name: 'undisturbed', run: () => p99(manager, others) },
    },
  ];
}

async function trust(world: World, host: LabHost): Promise<void> {
  await appendFile(world.path('known_hosts'), `${host.knownHostsLine()}\n`);
}
