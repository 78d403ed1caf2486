import type { InstanceAddress } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type { ComputeDriver, GuestSpec, StepOptions } from '../driver.ts';
import type { FakeConnection } from './fake-connection.ts';

type Part = Pick<
  ComputeDriver,
  | 'createRootDisk'
  | 'createExtraDisks'
  | 'writeConfigDrive'
  | 'removeDisks'
  | 'reserveAddress'
  | 'releaseAddress'
>;

/** Disks and addresses of guests. */
export function fakeDisks(at: FakeConnection): Part {
  return {
    createRootDisk(guest: GuestSpec, options: StepOptions): Promise<void> {
      return at.step('createRootDisk', options, () => {
        at.needSpace();
        if (!at.host.images.get(guest.image.id)?.complete) {
          throw new ExpectedError('libvirt.error', `The image ${guest.image.id} is not in the pool`);
        }
        at.disksOf(guest.id).root = guest.image.id;
      });
    },

    createExtraDisks(guest: GuestSpec, options: StepOptions): Promise<void> {
      return at.step('createExtraDisks', options, () => {
        if (guest.flavor.ephemeral === 0 && guest.flavor.swap === 0) return;
        at.needSpace();
        at.disksOf(guest.id).extra = true;
      });
    },

    writeConfigDrive(
      guest: GuestSpec,
      _addresses: readonly InstanceAddress[],
      options: StepOptions,
    ): Promise<void> {
      return at.step('writeConfigDrive', options, () => {
        at.needSpace();
        at.disksOf(guest.id).configDrive = true;
      });
    },

    removeDisks(guestId: string, options: StepOptions): Promise<void> {
      return at.change('removeDisks', guestId, options, () => void at.host.disks.delete(guestId));
    },

    reserveAddress(guest: GuestSpec, options: StepOptions): Promise<InstanceAddress[]> {
      return at.step('reserveAddress', options, () => {
        const held = at.host.reservations.get(guest.id);
        const taken = new Set([...at.host.reservations.values()].map((r) => r.address));
        let host = 2;
        while (taken.has(`192.0.2.${host}`)) host += 1;
        const address = held?.address ?? `192.0.2.${host}`;
        at.host.reservations.set(guest.id, { mac: guest.mac, address });
        return [{ network: 'default', address, mac: guest.mac, version: 4 }];
      });
    },

    releaseAddress(guestId: string, _mac: string, options: StepOptions): Promise<void> {
      return at.change('releaseAddress', guestId, options, () => void at.host.reservations.delete(guestId));
    },
  };
}
