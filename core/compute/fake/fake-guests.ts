import { ExpectedError } from '../../domain/errors.ts';
import type { ComputeDriver, GuestSpec, GuestState, StepOptions } from '../driver.ts';
import type { FakeConnection } from './fake-connection.ts';

type Part = Pick<
  ComputeDriver,
  | 'define'
  | 'undefine'
  | 'start'
  | 'stop'
  | 'destroy'
  | 'softReboot'
  | 'hardReboot'
  | 'listGuests'
  | 'domainXml'
>;

/** Definitions and power of guests. */
export function fakeGuests(at: FakeConnection): Part {
  return {
    define(guest: GuestSpec, options: StepOptions): Promise<void> {
      return at.step('define', options, () => {
        const disks = at.host.disks.get(guest.id);
        if (disks?.root === undefined || !disks.configDrive) {
          throw new ExpectedError('libvirt.error', `The disks of ${guest.domainName} are not there`);
        }
        if (at.host.domains.has(guest.id)) return;
        const spec = { id: guest.id, domainName: guest.domainName, flavor: guest.flavor };
        at.host.domains.set(guest.id, {
          spec,
          powerState: 'SHUTDOWN',
          saved: false,
          rescue: false,
          passwords: new Map(),
          deaf: false,
          log: '',
          boots: 0,
        });
        at.host.lifecycle(guest.id, 'defined');
      });
    },

    undefine(guestId: string, options: StepOptions): Promise<void> {
      return at.step('undefine', options, () => {
        const domain = at.host.domains.get(guestId);
        if (domain === undefined) return;
        if (domain.powerState !== 'SHUTDOWN') {
          throw new ExpectedError('libvirt.error', `${domain.spec.domainName} is running`);
        }
        at.host.lifecycle(guestId, 'undefined');
        at.host.domains.delete(guestId);
      });
    },

    start(guestId: string, options: StepOptions): Promise<void> {
      return at.step('start', options, () => at.host.boot(guestId));
    },

    stop(guestId: string, _timeout: number, options: StepOptions): Promise<void> {
      return at.step('stop', options, () => at.host.halt(guestId));
    },

    destroy(guestId: string, options: StepOptions): Promise<void> {
      return at.step('destroy', options, () => {
        if (at.host.domains.has(guestId)) at.host.halt(guestId);
      });
    },

    softReboot(guestId: string, timeout: number, options: StepOptions): Promise<void> {
      return at.step('softReboot', options, () => {
        const domain = at.host.domain(guestId);
        if (domain.deaf) {
          throw new ExpectedError('libvirt.timeout', `The guest did not reboot within ${timeout / 1000} s`);
        }
        domain.boots += 1;
        at.host.lifecycle(guestId, 'rebooted');
      });
    },

    hardReboot(guestId: string, options: StepOptions): Promise<void> {
      return at.step('hardReboot', options, () => {
        at.host.halt(guestId);
        at.host.bootAfresh(guestId);
      });
    },

    listGuests(options: StepOptions): Promise<GuestState[]> {
      return at.step('listGuests', options, () =>
        [...at.host.domains.values()].map(({ spec, powerState, saved }) => ({
          uuid: spec.id,
          domainName: spec.domainName,
          powerState,
          saved,
          ours: true,
          vcpus: spec.flavor.vcpus,
          ram: spec.flavor.ram,
        })),
      );
    },

    domainXml(guestId: string, options: StepOptions): Promise<string> {
      return at.step('domainXml', options, () => {
        const { spec } = at.host.domain(guestId);
        return `<domain type='qemu'><name>${spec.domainName}</name><uuid>${spec.id}</uuid></domain>`;
      });
    },
  };
}
