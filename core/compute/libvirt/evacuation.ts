import { hasRootDisk } from '../../volume/guest-volumes.ts';
import type { EvacuationDriver } from '../driver.ts';
import type { Session } from './session.ts';

export function evacuationSteps(session: Session): EvacuationDriver {
  return {
    hasDisks: async (guestId, o) => hasRootDisk(await session.pool(o), guestId, o),
  };
}
