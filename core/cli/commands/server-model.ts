import type { Diagnostics, Instance, PowerState } from '../../contract/index.ts';
import type { Fields } from '../context.ts';
import { type Cell, Shown } from '../output/cells.ts';

/** Number and words of each power state: nova/compute/power_state.py, and the words of the `openstack` client. */
const POWER = {
  NOSTATE: [0, 'NOSTATE'],
  RUNNING: [1, 'Running'],
  PAUSED: [3, 'Paused'],
  SHUTDOWN: [4, 'Shutdown'],
  CRASHED: [6, 'Crashed'],
  SUSPENDED: [7, 'Suspended'],
} satisfies Record<PowerState, readonly [number, string]>;

function power(state: PowerState): Cell {
  const [number, words] = POWER[state];
  return new Shown(number, words);
}

function networks({ addresses }: Instance): Cell {
  const byNetwork = Map.groupBy(addresses, (one) => one.network);
  const entries = [...byNetwork].map(([name, all]): [string, string[]] => [
    name,
    all.map((one) => one.address),
  ]);
  return new Shown(
    Object.fromEntries(entries),
    entries.map(([name, all]) => `${name}=${all.join(', ')}`).join('; '),
  );
}

type Column = readonly [string, (instance: Instance) => Cell];

/** The columns of `openstack server list --long`, and those of ours that it does not know. */
const COLUMNS: readonly Column[] = [
  ['ID', (one) => one.id],
  ['Name', (one) => one.name],
  ['Status', (one) => one.status],
  ['Task State', (one) => one.taskState],
  ['Power State', (one) => power(one.powerState)],
  ['Networks', networks],
  ['Image', (one) => one.imageName ?? ''],
  ['Image Name', (one) => one.imageName ?? ''],
  ['Image ID', (one) => one.imageId ?? ''],
  ['Flavor', (one) => one.flavor.name],
  ['Flavor Name', (one) => one.flavor.name],
  ['Flavor ID', (one) => one.flavor.id],
  ['Host', (one) => one.hostName],
  ['Key Name', (one) => one.keyName],
  ['Created At', (one) => one.createdAt],
  ['Project ID', (one) => one.projectId],
  ['Project Name', (one) => one.projectName],
  ['Properties', (one) => one.metadata],
  ['Description', (one) => one.description],
  ['Tags', (one) => one.tags],
  ['Locked', (one) => one.lock !== null],
];

export const SERVER_COLUMNS = COLUMNS.map(([name]) => name);
export const SHORT_COLUMNS = ['ID', 'Name', 'Status', 'Networks', 'Image', 'Flavor'];
export const LONG_COLUMNS = [
  'ID',
  'Name',
  'Status',
  'Task State',
  'Power State',
  'Networks',
  'Image Name',
  'Image ID',
  'Flavor Name',
  'Host',
  'Properties',
];

export function serverRow(instance: Instance): Cell[] {
  return COLUMNS.map(([, cell]) => cell(instance));
}

function named(name: string | null, id: string | null): Cell {
  return name === null ? id : id === null ? name : `${name} (${id})`;
}

function fault({ fault: found }: Instance): Fields {
  if (found === null) return [];
  const { at, step, error } = found;
  const words = step === null ? error.message : `${step}: ${error.message}`;
  return [['fault', new Shown({ created: at, step, code: error.code, message: error.message }, words)]];
}

function lock({ lock: held }: Instance): Fields {
  return [
    ['locked', held !== null],
    ['locked_reason', held === null ? null : (held.reason ?? `locked by ${held.by}`)],
  ];
}

/** Of those states that most instances are never in. */
function specialFields(one: Instance): Fields {
  return [
    ...(one.reclaimAt === null ? [] : [['reclaim_at', one.reclaimAt] as const]),
    ...(one.rescueImageName === null ? [] : [['rescue_image', one.rescueImageName] as const]),
    ...(one.takenOver === null ? [] : [['taken_over_by', one.takenOver.by] as const]),
  ];
}

/** Bytes and nanoseconds as they are: who wants figures wants to reckon with them. */
export function diagnosticsFields(one: Diagnostics): Fields {
  return [
    ['power_state', power(one.powerState)],
    ['uptime', one.uptime],
    ['cpu_details', new Shown(one.cpus, one.cpus.map(({ id, time }) => `cpu${id}: ${time} ns`).join('\n'))],
    ['memory_details', { ...one.memory }],
    ['disk_details', new Shown(one.disks, one.disks.map(figures).join('\n'))],
    ['nic_details', new Shown(one.nics, one.nics.map(figures).join('\n'))],
  ];
}

function figures({ device, ...rest }: Diagnostics['disks'][number] | Diagnostics['nics'][number]): string {
  const words = Object.entries(rest).map(([name, value]) => `${name}=${value ?? ''}`);
  return `${device}: ${words.join(' ')}`;
}

/** The fields of `openstack server show` that exist here, under its names and in its order. */
export function serverFields(one: Instance): Fields {
  return [
    ['OS-EXT-SRV-ATTR:host', one.hostName],
    ['OS-EXT-SRV-ATTR:hostname', one.hostname],
    ['OS-EXT-SRV-ATTR:instance_name', one.domainName],
    ['OS-EXT-STS:power_state', power(one.powerState)],
    ['OS-EXT-STS:task_state', one.taskState],
    ['OS-EXT-STS:vm_state', one.vmState],
    ['OS-SRV-USG:launched_at', one.launchedAt],
    ['addresses', networks(one)],
    // Every guest that Micronova makes has one; of an adopted guest nothing of the kind is known.
    ['config_drive', one.origin === 'launched'],
    ['created', one.createdAt],
    ['description', one.description],
    ...fault(one),
    ['flavor', named(one.flavor.name, one.flavor.id)],
    ['id', one.id],
    ['image', named(one.imageName, one.imageId)],
    ['key_name', one.keyName],
    ...lock(one),
    ['name', one.name],
    ['origin', one.origin],
    ['project_id', one.projectId],
    ['project_name', one.projectName],
    ['properties', one.metadata],
    ...specialFields(one),
    ['scheduler_hints', one.hints],
    ['seen_at', one.seenAt],
    ['server_group', named(one.groupName, one.groupId)],
    ['status', one.status],
    ['tags', one.tags],
    ['updated', one.updatedAt],
    ['user_data', one.hasUserData],
    ['user_id', one.user],
  ];
}
