import { ADMIN_PROJECT, Instance, type TaskState, Timestamp, VmState } from '../contract/index.ts';
import { statusOf } from '../domain/instance-states.ts';
import type { Reader, Tx } from './database.ts';
import { prepared } from './prepared.ts';
import { q } from './query.ts';
import { fromJson, fromJsonOrNull, parseRow, parseRows } from './rows.ts';
import { z } from 'zod';
import { tellServerGroup } from './server-groups.ts';

// User data and keys are large and no list shows them, so only `getInstanceRecord` reads them.
const listed = q
  .selectFrom('instances')
  .leftJoin('hosts', 'hosts.id', 'instances.host_id')
  .leftJoin('projects', 'projects.id', 'instances.project_id')
  .leftJoin('server_groups', 'server_groups.id', 'instances.group_id')
  .select((eb) => [
    'instances.id',
    'instances.name',
    'hostname',
    'domain_name',
    'vm_state',
    'task_state',
    'power_state',
    'flavor_json',
    'image_id',
    'image_name',
    'key_name',
    'host_id',
    'hosts.name as host_name',
    'addresses_json',
    'metadata_json',
    'instances.description',
    'tags_json',
    'instances.project_id',
    'projects.name as project_name',
    'user',
    'lock_json',
    'group_id',
    'server_groups.name as group_name',
    'hints_json',
    'requested_zone',
    'reclaim_at',
    'rescue_json',
    'origin',
    'taken_over_json',
    'fault_json',
    'launched_at',
    'instances.created_at',
    'updated_at',
    'seen_at',
    'instances.revision',
    eb('user_data', 'is not', null).as('has_user_data'),
  ])
  .where('deleted_at', 'is', null);

/** What a rescued instance boots, and the state that it goes back to. */
export const RescueRecord = z.strictObject({ imageId: z.uuid(), imageName: z.string(), from: VmState });
export type RescueRecord = z.infer<typeof RescueRecord>;
const MaybeRescue = RescueRecord.nullable();

export const PreviousOwner = z.strictObject({ id: z.uuid(), name: z.string(), at: Timestamp });
type PreviousOwner = z.infer<typeof PreviousOwner>;

type ListedRow = NonNullable<ReturnType<typeof firstListed>>;

const byId = prepared(({ id }: { id: string }) => listed.where('instances.id', '=', id));
const onHost = prepared(({ hostId }: { hostId: string }) => listed.where('host_id', '=', hostId));
const unlistedById = prepared(({ id }: { id: string }) =>
  q
    .selectFrom('instances')
    .select(['mac', 'public_key', 'user_data', 'requested_host_id', 'host_checks'])
    .select(['rescue_json', 'deleted_from', 'control_generation', 'definition_xml', 'adopted_json'])
    .select('previous_owner_json')
    .where('id', '=', id),
);

function firstListed(reader: Reader, id: string) {
  return reader.first(byId({ id }));
}

// Made once: a schema is compiled at its first use.
const States = Instance.pick({ vmState: true, taskState: true });

const fromRow = (row: ListedRow): Instance =>
  parseRow('instances', row.id, Instance, () => {
    const states = States.parse({ vmState: row.vm_state, taskState: row.task_state });
    return {
      id: row.id,
      name: row.name,
      hostname: row.hostname,
      ...states,
      powerState: row.power_state,
      status: statusOf(states.vmState, states.taskState),
      flavor: fromJson(row.flavor_json),
      imageId: row.image_id,
      imageName: row.image_name,
      keyName: row.key_name,
      hostId: row.host_id,
      hostName: row.host_name,
      addresses: fromJson(row.addresses_json),
      metadata: fromJson(row.metadata_json),
      hasUserData: Boolean(row.has_user_data),
      description: row.description,
      tags: fromJson(row.tags_json),
      projectId: row.project_id,
      projectName: row.project_name,
      user: row.user,
      lock: fromJsonOrNull(row.lock_json),
      groupId: row.group_id,
      groupName: row.group_name,
      hints: fromJson(row.hints_json),
      requestedZone: row.requested_zone,
      reclaimAt: row.reclaim_at,
      rescueImageName: MaybeRescue.parse(fromJsonOrNull(row.rescue_json))?.imageName ?? null,
      origin: row.origin,
      takenOver: fromJsonOrNull(row.taken_over_json),
      domainName: row.domain_name,
      fault: fromJsonOrNull(row.fault_json),
      launchedAt: row.launched_at,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      seenAt: row.seen_at,
      revision: row.revision,
    };
  });

/** Newest first. Deleted ones are in no list. */
export function listInstances(reader: Reader): Instance[] {
  const rows = reader.all(listed.orderBy('instances.created_at', 'desc').orderBy('instances.name'));
  return parseRows(reader, rows, fromRow);
}

export function listInstancesOn(reader: Reader, hostId: string): Instance[] {
  return parseRows(reader, reader.all(onHost({ hostId })), fromRow);
}

/** Those in which this is in flight. */
export function listInstancesAt(reader: Reader, taskState: TaskState): Instance[] {
  return parseRows(reader, reader.all(listed.where('task_state', '=', taskState)), fromRow);
}

/** The softly deleted ones with which nothing is under way. */
export function listReclaimable(reader: Reader): Instance[] {
  const idle = listed.where('vm_state', '=', 'soft-delete').where('task_state', 'is', null);
  return parseRows(reader, reader.all(idle.where('reclaim_at', 'is not', null)), fromRow);
}

/** Those whose id or name is `ref`; instances may share a name. */
export function findInstances(reader: Reader, ref: string): Instance[] {
  return reader
    .all(listed.where((eb) => eb.or([eb('instances.id', '=', ref), eb('instances.name', '=', ref)])))
    .map(fromRow);
}

export function getInstance(reader: Reader, id: string): Instance | undefined {
  const row = firstListed(reader, id);
  return row && fromRow(row);
}

/** What building needs beside the contract's instance. */
export interface InstanceRecord {
  readonly instance: Instance;
  readonly mac: string;
  readonly publicKey: string | null;
  /** base64 */
  readonly userData: string | null;
  /** the host that the person asked for */
  readonly requestedHostId: string | null;
  /** false: that host is taken without asking filters and placement */
  readonly hostChecks: boolean;
  readonly rescue: RescueRecord | null;
  /** of a softly deleted one: the state that it goes back to */
  readonly deletedFrom: VmState | null;
  /** counts who has had the guest; stands in the domain's metadata, too */
  readonly controlGeneration: number;
  /** from whom it was taken over */
  readonly previousOwner: PreviousOwner | null;
  /** the definition on the host that we last agreed to; null before the first look */
  readonly definitionXml: string | null;
  /** JSON of what an adopted guest brought along */
  readonly adoptedJson: string | null;
}

const Kept = z.object({
  rescue: MaybeRescue,
  deletedFrom: VmState.nullable(),
  previousOwner: PreviousOwner.nullable(),
});

export function getInstanceRecord(reader: Reader, id: string): InstanceRecord | undefined {
  const instance = getInstance(reader, id);
  const rest = reader.first(unlistedById({ id }));
  if (instance === undefined || rest === undefined) return undefined;
  return {
    instance,
    mac: rest.mac,
    publicKey: rest.public_key,
    userData: rest.user_data,
    requestedHostId: rest.requested_host_id,
    hostChecks: rest.host_checks === 1,
    ...parseRow('instances', id, Kept, () => ({
      rescue: fromJsonOrNull(rest.rescue_json),
      deletedFrom: rest.deleted_from,
      previousOwner: fromJsonOrNull(rest.previous_owner_json),
    })),
    controlGeneration: rest.control_generation,
    definitionXml: rest.definition_xml,
    adoptedJson: rest.adopted_json,
  };
}

export type NewInstance = Pick<
  Instance,
  'id' | 'name' | 'hostname' | 'domainName' | 'flavor' | 'imageId' | 'imageName' | 'keyName' | 'metadata'
> &
  Pick<InstanceRecord, 'mac' | 'publicKey' | 'userData' | 'requestedHostId'> &
  /** left out: nothing was said of it, and it belongs to the project `admin` */
  Partial<
    Pick<Instance, 'description' | 'tags' | 'projectId' | 'user' | 'groupId' | 'hints' | 'requestedZone'> &
      Pick<InstanceRecord, 'hostChecks'>
  >;

/** A new instance: building, scheduling, on no host yet. */
export function insertInstance(tx: Tx, values: NewInstance): Instance {
  const now = tx.now();
  tx.run(
    q.insertInto('instances').values({
      id: values.id,
      name: values.name,
      hostname: values.hostname,
      domain_key: values.id,
      domain_name: values.domainName,
      vm_state: 'building',
      task_state: 'scheduling',
      power_state: 'NOSTATE',
      flavor_json: JSON.stringify(values.flavor),
      image_id: values.imageId,
      image_name: values.imageName,
      key_name: values.keyName,
      public_key: values.publicKey,
      user_data: values.userData,
      host_id: null,
      requested_host_id: values.requestedHostId,
      mac: values.mac,
      addresses_json: '[]',
      metadata_json: JSON.stringify(values.metadata),
      description: values.description ?? null,
      tags_json: JSON.stringify(values.tags ?? []),
      project_id: values.projectId ?? ADMIN_PROJECT,
      user: values.user ?? 'admin',
      group_id: values.groupId ?? null,
      hints_json: JSON.stringify(values.hints ?? {}),
      requested_zone: values.requestedZone ?? null,
      host_checks: Number(values.hostChecks ?? true),
      lock_json: null,
      reclaim_at: null,
      deleted_from: null,
      rescue_json: null,
      adopted_json: null,
      taken_over_json: null,
      previous_owner_json: null,
      definition_xml: null,
      fault_json: null,
      launched_at: null,
      created_at: now,
      updated_at: now,
      seen_at: null,
      deleted_at: null,
      revision: tx.nextRevision(),
    }),
  );
  const instance = getInstance(tx, values.id);
  if (instance === undefined) throw new Error(`instance ${values.id} was not stored`);
  tx.publish({ type: 'instance.changed', value: instance });
  if (instance.groupId !== null) tellServerGroup(tx, instance.groupId);
  return instance;
}
