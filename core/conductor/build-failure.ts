import type { Decision, Task } from '../contract/index.ts';
import { ExpectedError, fromErrorBody } from '../domain/errors.ts';
import type { Failure } from '../queue/operation.ts';
import { noValidHost } from '../scheduler/claim.ts';
import type { Tx } from '../state/database.ts';
import { getDecision } from '../state/decisions.ts';
import { getInstanceRecord } from '../state/instances.ts';
import { getSettings } from '../state/settings.ts';
import { leaveToCleanup } from './leftovers.ts';

/** An image that cannot be had here cannot be had for another host either; one that arrived damaged can. */
function isHostsFault({ error }: Failure): boolean {
  return !error.code.startsWith('image.') || error.code === 'image.checksum_mismatch';
}

/** A host that was asked for by name is not exchanged for another. */
export function mayTryAnotherHost(tx: Tx, instanceId: string, attempt: number, failure: Failure): boolean {
  const record = getInstanceRecord(tx, instanceId);
  const alternates = getDecision(tx, instanceId)?.alternates ?? [];
  const { maxAttempts } = getSettings(tx).scheduler;
  const left = record?.requestedHostId === null && alternates.length > 0 && attempt + 1 < maxAttempts;
  // Built anew elsewhere, it would be there twice.
  return left && failure.error.code !== 'instance.taken_over' && isHostsFault(failure);
}

/** What the person is told in the end: one host failed, or every host's reason. */
export function buildError(name: string, decision: Decision | null, failure: Failure): ExpectedError {
  const cause = fromErrorBody(failure.error);
  if (cause.code === 'instance.taken_over') return cause;
  if (cause.code === 'scheduler.no_valid_host' || decision === null) return cause;
  const hosts = decision.hosts.filter((verdict) => !verdict.accepted && verdict.filter !== 'RequestedHost');
  const tried = hosts.filter((verdict) => verdict.filter === 'build');
  const [only] = tried;
  if (isHostsFault(failure) && (only === undefined || hosts.length > 1))
    return withCause(noValidHost(decision), cause);
  return new ExpectedError(
    'instance.build_failed',
    `“${name}” could not be built on ${only?.hostName ?? 'any host'}: ${failure.step} failed: ${cause.message}`,
    { remedy: cause.remedy, cause, details: { ...cause.details, step: failure.step, code: cause.code } },
  );
}

function withCause({ code, message, remedy, details }: ExpectedError, cause: ExpectedError): ExpectedError {
  return new ExpectedError(code, message, { remedy: cause.remedy ?? remedy, details, cause });
}

/** Has what could not be undone taken down once the host is back. */
export function leaveGuestToCleanup(tx: Tx, instanceId: string, task: Task): void {
  const record = getInstanceRecord(tx, instanceId);
  const hostId = record?.instance.hostId ?? null;
  if (record === undefined || hostId === null) return;
  leaveToCleanup(tx, 'instance.cleanup', { instanceId, hostId, mac: record.mac }, task);
}
