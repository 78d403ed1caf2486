import { existsSync } from 'node:fs';
import { connectLocal, type LocalClient } from '../api/local/client.ts';
import { silentLog } from '../domain/log.ts';
import { FILTERS, WEIGHERS } from '../scheduler/parts.ts';
import { listAggregates } from '../state/aggregates.ts';
import { databaseFile, openDatabase, type Reader } from '../state/database.ts';
import { listFlavors } from '../state/flavors.ts';
import { listHosts } from '../state/hosts.ts';
import { listImages } from '../state/images.ts';
import { listInstances } from '../state/instances.ts';
import { listKeypairs } from '../state/keypairs.ts';
import { listProjects } from '../state/projects.ts';
import { listServerGroups } from '../state/server-groups.ts';
import { listTasks } from '../state/tasks.ts';
import type { ObjectKind } from './completion-words.ts';

/** milliseconds: who presses Tab does not wait longer */
const PATIENCE = 1_500;

interface Source {
  readonly live: (client: LocalClient) => Promise<readonly Named[]>;
  readonly stored: (database: Reader) => readonly Named[];
}

interface Named {
  readonly name?: string;
  readonly id?: string;
}

const SOURCES: Readonly<Record<ObjectKind, Source>> = {
  server: { live: ({ call }) => call('instance.list', {}), stored: listInstances },
  flavor: { live: ({ call }) => call('flavor.list', {}), stored: listFlavors },
  image: { live: ({ call }) => call('image.list', {}), stored: listImages },
  key: { live: ({ call }) => call('keypair.list', {}), stored: listKeypairs },
  host: { live: ({ call }) => call('host.list', {}), stored: listHosts },
  project: { live: ({ call }) => call('project.list', {}), stored: listProjects },
  task: { live: ({ call }) => call('task.list', {}), stored: listTasks },
  aggregate: { live: ({ call }) => call('aggregate.list', {}), stored: listAggregates },
  zone: { live: ({ call }) => call('availabilityZone.list', {}), stored: storedZones },
  group: { live: ({ call }) => call('serverGroup.list', {}), stored: listServerGroups },
  filter: { live: () => Promise.resolve(FILTERS), stored: () => FILTERS },
  weigher: { live: () => Promise.resolve(WEIGHERS), stored: () => WEIGHERS },
  // Only who looks at the hosts knows them.
  finding: { live: findingIds, stored: () => [] },
};

function storedZones(reader: Reader): Named[] {
  const zones = new Set(listHosts(reader).map(({ availabilityZone }) => availabilityZone));
  for (const { availabilityZone } of listAggregates(reader))
    if (availabilityZone !== null) zones.add(availabilityZone);
  return [...zones].map((name) => ({ name }));
}

// By their ids: several may concern things of one name.
async function findingIds({ call }: LocalClient): Promise<readonly Named[]> {
  return (await call('finding.list', {})).map(({ id }) => ({ id }));
}

async function fromRunning(client: LocalClient, { live }: Source): Promise<readonly Named[]> {
  const timer = setTimeout(() => client[Symbol.dispose](), PATIENCE);
  try {
    return await live(client);
  } finally {
    clearTimeout(timer);
  }
}

// Starting Micronova for a Tab would connect to every host; its state file alone knows the names.
function fromFile(home: string, { stored }: Source): readonly Named[] {
  const file = databaseFile(home);
  if (!existsSync(file)) return [];
  const database = openDatabase(file, { log: silentLog });
  try {
    return stored(database);
  } finally {
    database.close();
  }
}

/** Names of the objects that there are, from the running Micronova or else from the data folder. */
export async function objectNames(
  kind: ObjectKind,
  home: string,
  version: string,
): Promise<readonly string[]> {
  using client = await connectLocal(home, version);
  const source = SOURCES[kind];
  const all = client === null ? fromFile(home, source) : await fromRunning(client, source);
  return all.map((one) => one.name ?? one.id ?? '');
}
