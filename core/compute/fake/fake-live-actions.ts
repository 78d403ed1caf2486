import type { Diagnostics } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type { LiveActions, StepOptions } from '../driver.ts';
import type { FakeConnection } from './fake-connection.ts';
import type { FakeDomain } from './fake-host.ts';

const MIB = 1024 ** 2;

function needOn(domain: FakeDomain): void {
  if (domain.powerState !== 'SHUTDOWN') return;
  throw new ExpectedError('conflict', `${domain.spec.domainName} is off`);
}

function diagnosticsOf({ spec, powerState, boots }: FakeDomain): Diagnostics {
  return {
    powerState,
    uptime: null,
    cpus: Array.from({ length: spec.flavor.vcpus }, (_, id) => ({ id, time: boots * 1e9 })),
    memory: { maximum: spec.flavor.ram * MIB, used: null, resident: null },
    disks: [],
    nics: [],
  };
}

/** What a running guest, or one that sleeps, can be asked for. */
export function fakeLiveActions(at: FakeConnection): LiveActions {
  return {
    pause(guestId: string, options: StepOptions): Promise<void> {
      return at.change('pause', guestId, options, () => {
        const domain = at.host.domain(guestId);
        needOn(domain);
        if (domain.powerState === 'PAUSED') return;
        domain.powerState = 'PAUSED';
        at.host.lifecycle(guestId, 'paused');
      });
    },

    unpause(guestId: string, options: StepOptions): Promise<void> {
      return at.change('unpause', guestId, options, () => {
        needOn(at.host.domain(guestId));
        at.host.wake(guestId);
      });
    },

    suspend(guestId: string, options: StepOptions): Promise<void> {
      return at.change('suspend', guestId, options, () => {
        const domain = at.host.domain(guestId);
        if (domain.saved) return;
        needOn(domain);
        at.needSpace();
        domain.powerState = 'SHUTDOWN';
        domain.saved = true;
        at.host.lifecycle(guestId, 'saved');
      });
    },

    resume(guestId: string, options: StepOptions): Promise<void> {
      return at.change('resume', guestId, options, () => {
        at.host.boot(guestId);
        at.host.wake(guestId);
      });
    },

    injectNmi(guestId: string, options: StepOptions): Promise<void> {
      return at.change('injectNmi', guestId, options, () => {
        const domain = at.host.domain(guestId);
        needOn(domain);
        domain.log += 'NMI\n';
      });
    },

    setUserPassword(guestId: string, user: string, password: string, options: StepOptions): Promise<void> {
      return at.change('setUserPassword', guestId, options, () => {
        const domain = at.host.domain(guestId);
        if (domain.deaf) throw new ExpectedError('libvirt.timeout', 'The guest agent does not answer');
        domain.passwords.set(user, password);
      });
    },

    diagnostics(guestId: string, options: StepOptions): Promise<Diagnostics> {
      return at.step('diagnostics', options, () => diagnosticsOf(at.host.domain(guestId)));
    },
  };
}
