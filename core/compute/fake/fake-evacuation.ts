import type { EvacuationDriver } from '../driver.ts';
import type { FakeConnection } from './fake-connection.ts';

export function fakeEvacuation(at: FakeConnection): EvacuationDriver {
  return {
    hasDisks: (guestId, options) =>
      at.step('hasDisks', options, () => at.host.disks.get(guestId)?.root !== undefined),
  };
}
