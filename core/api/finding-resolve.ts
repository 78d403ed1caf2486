import type { DriverRegistry } from '../compute/driver.ts';
import type { Finding, FindingKind, Instance, Resolution } from '../contract/index.ts';
import { ExpectedError, fromErrorBody } from '../domain/errors.ts';
import { controlIdentity } from '../identity/control.ts';
import type { RequestContext } from '../identity/context.ts';
import { settledBefore } from '../inventory/find-orphans.ts';
import { type Findings, keyOf } from '../inventory/findings.ts';
import { comparableDefinition, definedSize } from '../libvirt/xml/definition.ts';
import { allocationsOf, claim, consumerGeneration } from '../placement/allocations.ts';
import { resourcesOf } from '../placement/demands.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane } from '../queue/kinds.ts';
import { leaveToDescribe } from '../queue/ownership.ts';
import { finishAction, startAction } from '../state/actions.ts';
import type { Database, Tx } from '../state/database.ts';
import { transition } from '../state/instance-changes.ts';
import { getInstance } from '../state/instances.ts';
import { getTask } from '../state/tasks.ts';
import { deleteInstance } from './instances/instance-delete.ts';
import type { Handlers } from './router.ts';
import { taskEnd } from './task-end.ts';

/** What the API asks of whoever looks after the hosts, of what is not as it should be there. */
export interface FindingControl {
  readonly findings: Findings;
  /** Takes another full look at these hosts, as far as they are connected. @throws ExpectedError what a host answers */
  look(hostIds: readonly string[]): Promise<void>;
}

export interface ResolveParts {
  readonly database: Database;
  readonly drivers: DriverRegistry;
  readonly inventory: FindingControl;
  /** brings back the instances of ours of which there is no row */
  readonly recover: Handlers<'recovery.run'>['recovery.run'];
}

type Resolve = (finding: Finding, how: Resolution, context: RequestContext) => Promise<void>;

/** Milliseconds for what is asked of a host, which may have to read every domain's definition. */
const DEADLINE = 120_000;
/** Milliseconds for which an answer waits for a task; longer ones go on without it. */
const TASK_PATIENCE = 30_000;

const limits = () => ({ signal: AbortSignal.timeout(DEADLINE) });

/** How each kind of finding is resolved. The finding has just been seen to be so. */
export function resolvers(parts: ResolveParts): Readonly<Record<FindingKind, Resolve>> {
  const { database, drivers } = parts;
  const onHost = ({ hostId }: Finding) => drivers.get(hostId);
  const removeStray: Resolve = (finding) =>
    onHost(finding).removeStray(finding.subject, settledBefore(Date.now()), limits());
  return {
    drift: (finding, how, context) =>
      how === 'accept_host' ? acceptHost(parts, finding, context) : redefine(database, finding, context),
    missing_domain: async (finding, how, context) => {
      if (how === 'restore_ours') return redefine(database, finding, context);
      const ref = instanceOf(finding);
      const { taskId } = database.write((tx) =>
        deleteInstance(tx, { ref, whenBack: false, soft: false }, context),
      );
      await taskResult(database, taskId);
    },
    doubled_domain: (finding) => removeDouble(parts, finding),
    unknown_domain: async (finding, how, context) => {
      if (how === 'remove') return onHost(finding).forgetGuest(keyOf(finding), limits());
      const { taskId } = await parts.recover({ controlId: controlIdentity(database).id }, context);
      await taskResult(database, taskId);
    },
    orphan_volume: removeStray,
    orphan_image: removeStray,
    orphan_reservation: (finding) => onHost(finding).removeReservation(finding.subject, limits()),
  };
}

function instanceOf({ instanceId, subject }: Finding): string {
  if (instanceId !== null) return instanceId;
  throw new ExpectedError('instance.not_found', `There is no instance “${subject}” any more.`);
}

/** @throws ExpectedError `instance.not_found`, `conflict`, `locked`, `instance.taken_over` */
function needIdle(tx: Tx, finding: Finding): Instance {
  const instance = getInstance(tx, instanceOf(finding));
  if (instance?.hostId !== finding.hostId) {
    throw new ExpectedError(
      'instance.not_found',
      `“${finding.subject}” is not on ${finding.hostName} any more.`,
    );
  }
  const { name, taskState, lock, takenOver } = instance;
  if (taskState !== null) {
    throw new ExpectedError('conflict', `Something is under way with “${name}”: ${taskState}.`, {
      remedy: 'Wait until it has ended, and look again.',
    });
  }
  if (takenOver !== null) {
    throw new ExpectedError('instance.taken_over', `“${name}” was taken over by another Micronova.`);
  }
  if (lock !== null) {
    throw new ExpectedError('locked', `“${name}” is locked.`, { remedy: 'Unlock it first.' });
  }
  return instance;
}

/** What is on the host is agreed to from now on; a size that was changed there becomes the instance's own. */
async function acceptHost(
  { database, drivers }: ResolveParts,
  finding: Finding,
  { requestId, user }: RequestContext,
): Promise<void> {
  const definitionXml = await drivers.get(finding.hostId).definition(instanceOf(finding), limits());
  if (comparableDefinition(definitionXml) !== finding.definitions?.host) {
    throw new ExpectedError('conflict', `“${finding.subject}” was changed once more meanwhile.`, {
      remedy: 'Look at the difference again, and decide then.',
    });
  }
  database.write((tx) => {
    const instance = needIdle(tx, finding);
    const flavor = { ...instance.flavor, ...definedSize(definitionXml) };
    transition(tx, instance.id, { set: { definitionXml, flavor } });
    claimAsDefined(tx, instance, flavor);
    // The mark tells the size, too.
    leaveToDescribe(tx, { instanceId: instance.id, hostId: finding.hostId, name: instance.name, requestId });
    const key = { instanceId: instance.id, requestId };
    startAction(tx, key, 'accept_host', user);
    finishAction(tx, key, 'success');
  });
}

/** The guest has that size already: it counts whether there is room or not. */
function claimAsDefined(tx: Tx, { id, hostId }: Instance, flavor: Instance['flavor']): void {
  const held = allocationsOf(tx, id);
  if (!held.some(({ providerId }) => providerId === hostId)) return;
  const { VCPU = 0, MEMORY_MB = 0 } = resourcesOf({ flavor, image: null });
  const shares = held.map((share) =>
    share.providerId === hostId ? { ...share, resources: { ...share.resources, VCPU, MEMORY_MB } } : share,
  );
  const consumer = { consumerId: id, consumerGeneration: consumerGeneration(tx, id) };
  claim(tx, { ...consumer, shares, beyondCapacity: true });
}

/** A task, so that it takes its turn among all that is done with the instance, and outlives a crash. */
async function redefine(
  database: Database,
  finding: Finding,
  { requestId, user }: RequestContext,
): Promise<void> {
  const taskId = database.write((tx) => {
    const { id: instanceId, name } = needIdle(tx, finding);
    startAction(tx, { instanceId, requestId }, 'redefine', user);
    const { hostId } = finding;
    const place = { instanceId, hostId, lane: hostLane(hostId) };
    const request = { kind: 'instance.redefine', input: { instanceId } } as const;
    return enqueue(tx, { ...request, ...place, subject: name, requestId, cancellable: true });
  });
  await taskResult(database, taskId);
}

async function taskResult(database: Database, taskId: string): Promise<void> {
  await taskEnd(database, taskId, TASK_PATIENCE);
  const error = getTask(database, taskId)?.error ?? null;
  if (error !== null) throw fromErrorBody(error);
}

/** Only where the instance's own host has the guest at this moment: otherwise the copy is all that there is. */
async function removeDouble({ database, drivers }: ResolveParts, finding: Finding): Promise<void> {
  const uuid = keyOf(finding);
  const instance = getInstance(database, uuid);
  const home = instance?.hostId ?? null;
  if (instance === undefined || home === null || home === finding.hostId) {
    throw new ExpectedError('conflict', `“${finding.subject}” is no second copy any more.`, {
      remedy: 'List the findings again.',
    });
  }
  const guests = await drivers.get(home).listGuests(limits());
  if (!guests.some((guest) => guest.uuid === uuid)) {
    throw new ExpectedError(
      'conflict',
      `The host of “${instance.name}” has no domain of it: this is the only one.`,
      {
        remedy: 'Move it back to the instance’s host on the hosts themselves.',
      },
    );
  }
  await drivers.get(finding.hostId).forgetGuest(uuid, limits());
}
