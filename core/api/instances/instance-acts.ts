import type { DriverRegistry } from '../../compute/driver.ts';
import type { Parsed } from '../../contract/index.ts';
import type { Database, Tx } from '../../state/database.ts';
import type { RequestContext } from '../../identity/context.ts';
import { accept, type Accepted, onHost } from './instance-accept.ts';
import { deleteInstance, forceDeleteInstance } from './instance-delete.ts';
import { readDiagnostics } from './instance-diagnostics.ts';
import { evacuateInstance } from './instance-evacuate.ts';
import { lockInstance, resetState, unlockInstance } from './instance-lock.ts';
import { setPassword } from './instance-password.ts';
import { rebootInstance } from './instance-reboot.ts';
import { rebuildInstance, rescueInstance } from './instance-rescue.ts';
import { setInstance } from './instance-set.ts';
import type { Handlers } from '../router.ts';

/** Actions that need no more said than on which instance. */
type PlainAct =
  | 'start'
  | 'stop'
  | 'pause'
  | 'unpause'
  | 'suspend'
  | 'resume'
  | 'unrescue'
  | 'crash_dump'
  | 'restore';

type Name =
  | `instance.${'start' | 'stop' | 'reboot' | 'pause' | 'unpause' | 'suspend' | 'resume' | 'rescue'}`
  | `instance.${'unrescue' | 'rebuild' | 'crashDump' | 'delete' | 'forceDelete' | 'restore' | 'evacuate'}`
  | `instance.${'set' | 'setPassword' | 'lock' | 'unlock' | 'resetState' | 'diagnostics'}`;

/** An action that is said by its name alone. */
export function actOn(
  tx: Tx,
  action: PlainAct,
  { ref, whenBack }: Parsed<'instance.start'>,
  context: RequestContext,
): Accepted {
  return accept(tx, onHost(tx, ref, action), { action, input: {}, whenBack }, context);
}

/** All that is done to an instance which is there. */
export function instanceActHandlers(database: Database, drivers: DriverRegistry): Handlers<Name> {
  const inTx =
    <I, R>(act: (tx: Tx, input: I, context: RequestContext) => R) =>
    (input: I, context: RequestContext): R =>
      database.write((tx) => act(tx, input, context));
  const plain = (action: PlainAct) =>
    inTx((tx, input: Parsed<'instance.start'>, context) => actOn(tx, action, input, context));
  return {
    'instance.start': plain('start'),
    'instance.stop': plain('stop'),
    'instance.reboot': inTx(rebootInstance),
    'instance.pause': plain('pause'),
    'instance.unpause': plain('unpause'),
    'instance.suspend': plain('suspend'),
    'instance.resume': plain('resume'),
    'instance.rescue': inTx(rescueInstance),
    'instance.unrescue': plain('unrescue'),
    'instance.rebuild': inTx(rebuildInstance),
    'instance.crashDump': plain('crash_dump'),
    'instance.delete': inTx(deleteInstance),
    'instance.forceDelete': inTx(forceDeleteInstance),
    'instance.restore': plain('restore'),
    'instance.evacuate': inTx(evacuateInstance),
    'instance.set': inTx(setInstance),
    'instance.setPassword': (input, context) => setPassword(database, drivers, input, context),
    'instance.lock': inTx(lockInstance),
    'instance.unlock': inTx(unlockInstance),
    'instance.resetState': inTx(resetState),
    'instance.diagnostics': (input) => readDiagnostics(database, drivers, input),
  };
}
