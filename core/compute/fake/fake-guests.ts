import { ExpectedError } from '../../domain/errors.ts';
import type { ComputeDriver, GuestSpec, GuestState, StepOptions } from '../driver.ts';
import { type GuestDescription, ownerOf } from '../mark.ts';
import { fakeDefinition } from './fake-audit.ts';
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

/** What of a guest stands in its domain: neither its user data nor where its image is on the desktop. */
function markOf({
  userData: _userData,
  image: { file: _file, ...image },
  ...rest
}: GuestSpec): GuestDescription {
  return { ...rest, image };
}

/** Definitions and power of guests. */
export function fakeGuests(at: FakeConnection): Part {
  return {
    define(guest: GuestSpec, options: StepOptions): Promise<void> {
      return at.change('define', guest.id, options, () => {
        const disks = at.host.disks.get(guest.id);
        if (disks?.root === undefined || !disks.configDrive) {
          throw new ExpectedError('libvirt.error', `The disks of ${guest.domainName} are not there`);
        }
        const mark = markOf(guest);
        const there = at.host.domains.get(guest.id);
        if (there !== undefined) return void (there.mark = mark);
        const spec = { id: guest.id, domainName: guest.domainName, flavor: guest.flavor };
        const title = guest.name;
        at.host.domains.set(guest.id, {
          spec,
          mark,
          title,
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
      return at.change('undefine', guestId, options, () => {
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
      return at.change('start', guestId, options, () => at.host.boot(guestId));
    },

    stop(guestId: string, _timeout: number, options: StepOptions): Promise<void> {
      return at.change('stop', guestId, options, () => at.host.halt(guestId));
    },

    destroy(guestId: string, options: StepOptions): Promise<void> {
      return at.change('destroy', guestId, options, () => {
        if (at.host.domains.has(guestId)) at.host.halt(guestId);
      });
    },

    softReboot(guestId: string, timeout: number, options: StepOptions): Promise<void> {
      return at.change('softReboot', guestId, options, () => {
        const domain = at.host.domain(guestId);
        if (domain.deaf) {
          throw new ExpectedError('libvirt.timeout', `The guest did not reboot within ${timeout / 1000} s`);
        }
        domain.boots += 1;
        at.host.lifecycle(guestId, 'rebooted');
      });
    },

    hardReboot(guestId: string, options: StepOptions): Promise<void> {
      return at.change('hardReboot', guestId, options, () => {
        at.host.halt(guestId);
        at.host.bootAfresh(guestId);
      });
    },

    listGuests(options: StepOptions): Promise<GuestState[]> {
      return at.step('listGuests', options, () =>
        [...at.host.domains.values()].map(({ spec, powerState, saved, mark, badMark, transient }) => ({
          uuid: spec.id,
          domainName: spec.domainName,
          powerState,
          saved,
          owner: mark ? ownerOf(mark) : null,
          badMark: badMark ?? null,
          transient: transient ?? false,
          vcpus: spec.flavor.vcpus,
          ram: spec.flavor.ram,
        })),
      );
    },

    domainXml(guestId: string, options: StepOptions): Promise<string> {
      return at.step('domainXml', options, () => fakeDefinition(at.host.domain(guestId)));
    },
  };
}
