import type { InstanceAddress, PowerState } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { DescribedImage, GuestDescription } from './mark.ts';
import type { StepOptions, TransferOptions } from './options.ts';

/** A disk that an adopted guest brought along. */
export interface FoundDisk {
  /** e.g. `vda` */
  readonly device: string;
  readonly kind: 'disk' | 'cdrom' | 'floppy' | 'lun';
  readonly bus: string | null;
  /** file, block device, volume or network path; null for an empty drive */
  readonly source: string | null;
  readonly format: string | null;
  /** bytes; 0 where the host cannot tell */
  readonly capacity: number;
}

export interface FoundNic {
  readonly mac: string;
  readonly type: string;
  /** network, bridge or device that it hangs on */
  readonly network: string | null;
  readonly model: string | null;
}

/** A guest on the host as one look shows it, whoever it belongs to. */
export interface FoundGuest {
  readonly uuid: string;
  readonly domainName: string;
  readonly title: string | null;
  readonly powerState: PowerState;
  readonly vcpus: number;
  /** MiB */
  readonly ram: number;
  readonly disks: readonly FoundDisk[];
  readonly nics: readonly FoundNic[];
  readonly addresses: readonly InstanceAddress[];
  /** how it can be looked at */
  readonly consoles: { readonly serial: boolean; readonly vnc: boolean; readonly log: boolean };
  /** its mark, whole; null: none that can be believed */
  readonly description: GuestDescription | null;
  /** why its mark is not believed */
  readonly badMark: string | null;
  /** why it cannot be adopted, apart from whose it is; null when it can */
  readonly refusal: string | null;
}

/** Which mark a takeover expects to find; null: none. */
export type ExpectedMark = { readonly controlId: string; readonly generation: number } | null;

/**
 * Whose a guest is. Every step of a driver that changes a domain first looks at its mark, and rejects with
 * `instance.taken_over` when that is another Micronova's; a domain without a mark is taken for ours.
 */
export interface OwnershipDriver {
  /**
   * Writes the guest's mark anew, in the running domain and in its definition: names, tags, lock and all. The title
   * follows, but for an adopted guest, whose title is somebody's own. A guest that is gone is no error.
   */
  describe(guest: GuestDescription, options: StepOptions): Promise<void>;
  /**
   * Makes the guest ours: writes our mark in place of `expected`, reads it back, and changes nothing else. Asked again it
   * finds its own mark and succeeds. Of two who take at the same time the last one has it.
   * @throws ExpectedError `instance.taken_over` when another's mark is there, before or after; `guest.not_found`
   */
  takeOwnership(guest: GuestDescription, expected: ExpectedMark, options: StepOptions): Promise<void>;
  /** Takes our mark off, and the title that we gave it: as it was before we had it. */
  dropOwnership(guest: GuestDescription, options: StepOptions): Promise<void>;
  /** @throws ExpectedError `guest.not_found` */
  findGuest(uuid: string, options: StepOptions): Promise<FoundGuest>;
  /**
   * Brings the host's copy of an image into a file on the desktop. The caller holds it against the checksum.
   * @throws ExpectedError `image.not_found` when the host has no copy
   */
  downloadImage(
    image: Pick<DescribedImage, 'id' | 'name' | 'diskFormat' | 'size'>,
    file: string,
    options: TransferOptions,
  ): Promise<void>;
}

export function guestGone(uuid: string): ExpectedError {
  return new ExpectedError('guest.not_found', `The host has no guest ${uuid}`, {
    remedy: 'Look at the list of guests again: it may have been removed.',
  });
}
