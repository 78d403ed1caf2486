import type {
  ActionRecord,
  Aggregate,
  ContractEvent,
  Flavor,
  Host,
  Image,
  Instance,
  Keypair,
  Project,
  ServerGroup,
  Settings,
  Task,
  TaskProgress,
} from '../../core/contract/index.ts';
import { applyDeletion, applyValues, emptyCollection, type Collection, type Revised } from './collection.ts';

/** Everything the page knows, as it was last told. */
export interface Nova {
  readonly flavors: Collection<Flavor>;
  readonly keypairs: Collection<Keypair>;
  readonly images: Collection<Image>;
  readonly hosts: Collection<Host>;
  readonly instances: Collection<Instance>;
  readonly tasks: Collection<Task>;
  readonly projects: Collection<Project>;
  readonly aggregates: Collection<Aggregate>;
  readonly serverGroups: Collection<ServerGroup>;
  /** by task id, while it runs */
  readonly progress: ReadonlyMap<string, TaskProgress>;
  /** by request id */
  readonly actions: ReadonlyMap<string, ActionRecord>;
  readonly settings: Settings | null;
  /** by host id: how often its foreign guests changed */
  readonly foreignGuests: ReadonlyMap<string, number>;
  /** by host id: how often its findings changed */
  readonly findings: ReadonlyMap<string, number>;
}

export type CollectionName =
  | 'flavors'
  | 'keypairs'
  | 'images'
  | 'hosts'
  | 'instances'
  | 'tasks'
  | 'projects'
  | 'aggregates'
  | 'serverGroups';
export type ItemOf<N extends CollectionName> = Nova[N] extends Collection<infer T> ? T : never;

export const emptyNova: Nova = {
  flavors: emptyCollection(),
  keypairs: emptyCollection(),
  images: emptyCollection(),
  hosts: emptyCollection(),
  instances: emptyCollection(),
  tasks: emptyCollection(),
  projects: emptyCollection(),
  aggregates: emptyCollection(),
  serverGroups: emptyCollection(),
  progress: new Map(),
  actions: new Map(),
  settings: null,
  foreignGuests: new Map(),
  findings: new Map(),
};

const PLURAL = {
  flavor: 'flavors',
  keypair: 'keypairs',
  image: 'images',
  host: 'hosts',
  instance: 'instances',
  project: 'projects',
  aggregate: 'aggregates',
  serverGroup: 'serverGroups',
} as const;

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function countedUp(times: ReadonlyMap<string, number>, id: string): ReadonlyMap<string, number> {
  return withEntry(times, id, (times.get(id) ?? 0) + 1);
}

function applyTask(nova: Nova, task: Task): Nova {
  const tasks = applyValues(nova.tasks, [task]);
  const over = task.finishedAt !== null && nova.progress.has(task.id);
  if (!over) return { ...nova, tasks };
  const progress = new Map(nova.progress);
  progress.delete(task.id);
  return { ...nova, tasks, progress };
}

/** The state after one event; the same state object when the event brought nothing new. */
export function applyEvent(nova: Nova, event: ContractEvent): Nova {
  switch (event.type) {
    case 'flavor.changed':
      return { ...nova, flavors: applyValues(nova.flavors, [event.value]) };
    case 'keypair.changed':
      return { ...nova, keypairs: applyValues(nova.keypairs, [event.value]) };
    case 'image.changed':
      return { ...nova, images: applyValues(nova.images, [event.value]) };
    case 'host.changed':
      return { ...nova, hosts: applyValues(nova.hosts, [event.value]) };
    case 'instance.changed':
      return { ...nova, instances: applyValues(nova.instances, [event.value]) };
    case 'instance.action':
      return { ...nova, actions: withEntry(nova.actions, event.value.requestId, event.value) };
    case 'task.changed':
      return applyTask(nova, event.value);
    case 'task.progress':
      return { ...nova, progress: withEntry(nova.progress, event.value.taskId, event.value) };
    case 'settings.changed':
      return { ...nova, settings: event.value };
    case 'project.changed':
      return { ...nova, projects: applyValues(nova.projects, [event.value]) };
    case 'aggregate.changed':
      return { ...nova, aggregates: applyValues(nova.aggregates, [event.value]) };
    case 'serverGroup.changed':
      return { ...nova, serverGroups: applyValues(nova.serverGroups, [event.value]) };
    case 'host.foreignGuests':
      return { ...nova, foreignGuests: countedUp(nova.foreignGuests, event.value.hostId) };
    case 'host.findings':
      return { ...nova, findings: countedUp(nova.findings, event.value.hostId) };
    case 'deleted':
    default:
      return applyDeleted(nova, event);
  }
}

function applyDeleted(nova: Nova, event: Extract<ContractEvent, { type: 'deleted' }>): Nova {
  const name = PLURAL[event.resource];
  // One collection at a time keeps its own item type; the union of all has none.
  const collection: Collection<Revised> = nova[name];
  return { ...nova, [name]: applyDeletion(collection, event.id, event.revision) };
}

/** The state after a list answer, which may be older than events that came before it. */
export function applyList(nova: Nova, name: CollectionName, values: readonly Revised[]): Nova {
  const collection: Collection<Revised> = nova[name];
  return { ...nova, [name]: { ...applyValues(collection, values), loaded: true } };
}
