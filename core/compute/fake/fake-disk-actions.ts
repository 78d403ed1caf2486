import { ExpectedError } from '../../domain/errors.ts';
import type { DiskActions, ImageSource, StepOptions } from '../driver.ts';
import type { FakeConnection } from './fake-connection.ts';

function inUse(what: string): ExpectedError {
  return new ExpectedError('conflict', `${what} is in use`);
}

/** Other disks for a guest that exists already. */
export function fakeDiskActions(at: FakeConnection): DiskActions {
  return {
    createRescueDisk(guestId: string, image: ImageSource, options: StepOptions): Promise<void> {
      return at.change('createRescueDisk', guestId, options, () => {
        at.needSpace();
        if (!at.host.images.get(image.id)?.complete) {
          throw new ExpectedError('libvirt.error', `The image ${image.id} is not in the pool`);
        }
        at.disksOf(guestId).rescue = image.id;
      });
    },

    removeRescueDisk(guestId: string, options: StepOptions): Promise<void> {
      return at.change('removeRescueDisk', guestId, options, () => {
        if (at.host.domains.get(guestId)?.rescue === true) throw inUse('The rescue disk');
        delete at.host.disks.get(guestId)?.rescue;
      });
    },

    attachRescueDisk(guestId: string, _image: ImageSource, options: StepOptions): Promise<void> {
      return at.change('attachRescueDisk', guestId, options, () => {
        const domain = at.host.domain(guestId);
        if (at.host.disks.get(guestId)?.rescue === undefined) {
          throw new ExpectedError('libvirt.error', 'There is no rescue disk');
        }
        domain.rescue = true;
      });
    },

    detachRescueDisk(guestId: string, options: StepOptions): Promise<void> {
      return at.change('detachRescueDisk', guestId, options, () => {
        const domain = at.host.domains.get(guestId);
        if (domain !== undefined) domain.rescue = false;
      });
    },

    boot(guestId: string, options: StepOptions): Promise<void> {
      return at.change('boot', guestId, options, () => at.host.bootAfresh(guestId));
    },

    removeOwnDisks(guestId: string, options: StepOptions): Promise<void> {
      return at.change('removeOwnDisks', guestId, options, () => {
        if (at.host.domains.get(guestId)?.powerState === 'RUNNING') throw inUse('The disk');
        const disks = at.disksOf(guestId);
        delete disks.root;
        delete disks.extra;
        delete disks.rescue;
      });
    },
  };
}
