import { z } from 'zod';
import type { Reader } from '../../core/state/database.ts';
import { listHosts } from '../../core/state/hosts.ts';
import { listInstances } from '../../core/state/instances.ts';
import { statement } from './sql.ts';
import type { SimHost } from './sim-host.ts';

const Row = z.record(z.string(), z.unknown());

const UNFINISHED = statement(`
SELECT 'an action without an end: ' || action || ' of ' || a.instance_id AS finding
  FROM instance_actions a WHERE finished_at IS NULL
UNION ALL SELECT 'a step of an action without an end: ' || name || ' of ' || instance_id
  FROM instance_action_events WHERE finished_at IS NULL
UNION ALL SELECT 'a task without an end: ' || kind || ' ' || id FROM tasks WHERE state IN ('queued', 'running')
UNION ALL SELECT 'a failure without words: ' || kind || ' ' || id
  FROM tasks WHERE state = 'failed' AND error_json IS NULL
`);

/** Given back to whoever works with virsh: nobody's of ours any more. */
const RELEASED = statement(
  `SELECT instance_id FROM instance_actions WHERE action = 'release' AND result = 'success'`,
);

/** Their guest was thrown away by what then failed or was cancelled, and nothing has made them one since. */
const THROWN_AWAY = statement(`
SELECT DISTINCT a.instance_id FROM instance_actions a JOIN instance_action_events e USING (instance_id, request_id)
 WHERE a.action IN ('rebuild', 'delete') AND e.name = 'undefine' AND NOT EXISTS (
   SELECT 1 FROM instance_actions b WHERE b.instance_id = a.instance_id AND b.result = 'success'
    AND b.action IN ('rebuild', 'evacuate') AND b.started_at >= a.started_at)
`);

const CLAIMS = statement(`SELECT consumer_id, resource_class, used FROM allocations`);

/** The instances' own account of what each host has to hold. */
interface Expected {
  readonly id: string;
  readonly name: string;
  readonly powerState: string;
  readonly gone: boolean;
  /** made here, and so with disks and an address of ours */
  readonly launched: boolean;
}

/** From here on a rebuild or a delete has thrown the guest away: where it fails, there is none until it is done again. */
const WITHOUT_A_GUEST = [
  'undefine',
  'remove_disks',
  'take_image',
  'root_disk',
  'extra_disks',
  'config_drive',
  'define',
  'release_address',
  'remove_image',
];

export interface OutsideWorld {
  /** guests that were taken away from under their instances, by id */
  readonly undefined: ReadonlySet<string>;
  /** guests that nobody asked Micronova for, by id */
  readonly foreign: ReadonlySet<string>;
}

function compareHost(host: SimHost, expected: readonly Expected[], outside: OutsideWorld): string[] {
  const { fake, name } = host;
  const own = new Set(expected.map(({ id }) => id));
  const stray = (what: string, ids: Iterable<string>) =>
    [...ids]
      .filter((id) => !own.has(id) && !outside.foreign.has(id))
      .map((id) => `leaked on ${name}: ${what} of ${id}`);
  return [
    ...stray('domain', fake.domains.keys()),
    ...stray('disks', fake.disks.keys()),
    ...stray('reservation', fake.reservations.keys()),
    ...[...fake.images]
      .filter(([, image]) => !image.complete)
      .map(([id]) => `leaked on ${name}: half of image ${id}`),
    ...expected.flatMap((instance) => compareGuest(host, instance)),
  ];
}

function compareGuest(
  { fake, name }: SimHost,
  { id, name: instance, powerState, gone, launched }: Expected,
): string[] {
  const domain = fake.domains.get(id);
  if (domain === undefined) return gone ? [] : [`lost: ${instance} (${id}) has no domain on ${name}`];
  const disks = fake.disks.get(id);
  return [
    ...(domain.powerState === powerState
      ? []
      : [`${instance} (${id}) is ${domain.powerState} on ${name}, its row says ${powerState}`]),
    ...(!launched || (disks?.root !== undefined && disks.configDrive)
      ? []
      : [`lost: a disk of ${instance} (${id}) on ${name}`]),
    ...(!launched || fake.reservations.has(id)
      ? []
      : [`lost: the address of ${instance} (${id}) on ${name}`]),
  ];
}

/** Asks the hosts and the rows, once nothing is under way and everybody is back. @returns what does not agree */
export function askOracle(
  reader: Reader,
  hosts: readonly SimHost[],
  { undefined: taken, foreign }: OutsideWorld,
): string[] {
  const outside = { undefined: taken, foreign: new Set([...foreign, ...instanceIds(reader, RELEASED)]) };
  const instances = listInstances(reader);
  const rows = listHosts(reader);
  const thrownAway = new Set(instanceIds(reader, THROWN_AWAY));
  return [
    ...unfinished(reader),
    ...rows
      .filter(({ connection }) => connection !== 'connected')
      .map(({ name, connection }) => `${name} is ${connection}`),
    ...hosts.flatMap((host) => {
      const here = instances.filter(({ hostId }) => hostId === host.id);
      const expected = here.map(({ id, name, powerState, vmState, origin, fault }) => ({
        id,
        name,
        powerState,
        gone:
          (powerState === 'NOSTATE' && outside.undefined.has(id)) ||
          (vmState === 'error' && (thrownAway.has(id) || WITHOUT_A_GUEST.includes(fault?.step ?? ''))),
        launched: origin === 'launched' && !outside.foreign.has(id),
      }));
      return compareHost(host, expected, outside);
    }),
    ...instances.flatMap(({ name, id, vmState, hostId, fault }) => [
      ...(vmState === 'error' && fault === null ? [`in error without a fault: ${name} (${id})`] : []),
      ...(hostId === null && vmState !== 'error' ? [`${vmState}, and on no host: ${name} (${id})`] : []),
      ...(vmState === 'building' ? [`never built: ${name} (${id})`] : []),
    ]),
    ...compareClaims(reader),
  ];
}

function instanceIds(reader: Reader, question: typeof RELEASED): string[] {
  return z
    .array(z.object({ instance_id: z.string() }))
    .parse(reader.all(question))
    .map((row) => row.instance_id);
}

function unfinished(reader: Reader): string[] {
  return z
    .array(z.object({ finding: z.string() }))
    .parse(reader.all(UNFINISHED))
    .map(({ finding }) => finding);
}

function compareClaims(reader: Reader): string[] {
  const claims = z
    .array(Row.pipe(z.object({ consumer_id: z.string(), resource_class: z.string(), used: z.number() })))
    .parse(reader.all(CLAIMS));
  const byConsumer = Map.groupBy(claims, (claim) => claim.consumer_id);
  return listInstances(reader).flatMap(({ id, name, hostId, flavor }) => {
    if (hostId === null) return [];
    const used = new Map((byConsumer.get(id) ?? []).map((c) => [c.resource_class, c.used]));
    const right = used.get('VCPU') === flavor.vcpus && used.get('MEMORY_MB') === flavor.ram;
    return right ? [] : [`the claim of ${name} (${id}) is not what its flavor asks`];
  });
}
