import type { Instance, Parsed } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type { RequestContext } from '../../identity/context.ts';
import { TASK_KINDS } from '../../queue/kinds.ts';
import type { Reader, Tx } from '../../state/database.ts';
import { checkState, findInstance, neverBuilt } from './find-instance.ts';
import { reachOf } from '../host-away.ts';
import { findHost } from '../hosts.ts';
import { checkActive, findImage } from '../images.ts';
import { accept, type Accepted } from './instance-accept.ts';

/** Nova asks the same of the service: `evacuate` in nova/compute/api.py, ComputeServiceInUse */
function refuseWhileThere(reader: Reader, { name, hostName }: Instance, hostId: string): void {
  const { is } = reachOf(reader, hostId);
  if (is === 'away') return;
  const why = is === 'connected' ? 'is connected' : 'may be there: it has not been tried yet';
  throw new ExpectedError(
    'conflict',
    `“${name}” cannot be evacuated: its host “${hostName ?? hostId}” ${why}.`,
    {
      field: 'ref',
      remedy: 'Evacuating is for hosts that are gone for good, or for long. Make sure that it is off.',
      details: { hostId },
    },
  );
}

/** @throws ExpectedError `image.not_found`, `image.not_active`: what it is built from anew has to be there */
function needImage(reader: Reader, { name, imageId }: Instance): void {
  if (imageId === null) {
    throw new ExpectedError('image.not_found', `“${name}” has no image that it could be built from anew.`, {
      field: 'ref',
    });
  }
  checkActive(reader, findImage(reader, imageId, 'ref'), 'ref');
}

function evacuate(tx: Tx, instance: Instance, to: string | null, context: RequestContext): Accepted {
  const { hostId: from, addresses, name } = instance;
  checkState(tx, instance, 'evacuate');
  if (from === null) throw neverBuilt(instance, 'evacuate');
  refuseWhileThere(tx, instance, from);
  needImage(tx, instance);
  if (to === from) {
    throw new ExpectedError('bad_input', `“${name}” is on that host: it has to go to another one.`, {
      field: 'host',
      remedy: 'Name another host, or none: then the scheduler picks.',
    });
  }
  return accept(tx, instance, { action: 'evacuate', input: { from, to, addresses } }, context);
}

export function evacuateInstance(
  tx: Tx,
  { ref, host }: Parsed<'instance.evacuate'>,
  context: RequestContext,
): Accepted {
  const to = host === undefined ? null : findHost(tx, host, 'host').id;
  return evacuate(tx, findInstance(tx, ref), to, context);
}

/** Once more, after a failure; whether disks are shared is found out anew. */
export function evacuateAgain(tx: Tx, instance: Instance, input: unknown, context: RequestContext): Accepted {
  const { to } = TASK_KINDS['instance.evacuate'].parse(input);
  return evacuate(tx, instance, to, context);
}
