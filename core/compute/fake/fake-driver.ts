import type { Duplex } from 'node:stream';
import type { ControlId } from '../../domain/control.ts';
import { ALL_CAPABILITIES } from '../capabilities.ts';
import type { ComputeDriver, Display, HostFacts, StepOptions } from '../driver.ts';
import { fakeAudit } from './fake-audit.ts';
import { FakeConnection } from './fake-connection.ts';
import { fakeDiskActions } from './fake-disk-actions.ts';
import { fakeDisks } from './fake-disks.ts';
import { fakeEvacuation } from './fake-evacuation.ts';
import { fakeGuests } from './fake-guests.ts';
import type { FakeHost } from './fake-host.ts';
import { fakeImages } from './fake-images.ts';
import { fakeLiveActions } from './fake-live-actions.ts';
import { fakeOwnership } from './fake-ownership.ts';

/** A driver that is connected to a fake host. @param control whose guests it may change; null: everybody's */
export function createFakeDriver(host: FakeHost, control: ControlId | null = null): ComputeDriver {
  const at = new FakeConnection(host, control);
  return {
    capabilities: ALL_CAPABILITIES,
    closed: at.closed,
    close: () => at.close(),
    onEvent: (listener) => at.onEvent(listener),
    ...fakeImages(at),
    ...fakeDisks(at),
    ...fakeGuests(at),
    ...fakeLiveActions(at),
    ...fakeDiskActions(at),
    ...fakeEvacuation(at),
    ...fakeOwnership(at),
    ...fakeAudit(at),

    facts(options: StepOptions): Promise<HostFacts> {
      return at.step('facts', options, () => at.host.facts);
    },

    prepareHost(options: StepOptions): Promise<void> {
      return at.step('prepareHost', options, () => undefined);
    },

    consoleLog(
      guestId: string,
      offset: number,
      options: StepOptions,
    ): Promise<{ bytes: Uint8Array; length: number }> {
      return at.step('consoleLog', options, () => {
        const log = Buffer.from(at.host.domain(guestId).log);
        return { bytes: log.subarray(offset), length: log.length };
      });
    },

    openSerial(guestId: string, options: StepOptions): Promise<Duplex> {
      return at.step('openSerial', options, () => at.stream(guestId, 'login: '));
    },

    openDisplay(guestId: string, options: StepOptions): Promise<Display> {
      return at.step('openDisplay', options, () => ({
        stream: at.stream(guestId, 'RFB 003.008\n'),
        password: null,
      }));
    },
  };
}
