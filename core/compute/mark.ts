import type { Flavor, Instance, ServerGroup, VmState } from '../contract/index.ts';
import type { ControlId } from '../domain/control.ts';
import { ExpectedError } from '../domain/errors.ts';

/** Who has a guest. A domain that carries another's is that one's alone. */
export interface ControlMark extends ControlId {
  /** counts who has had the guest: each takeover adds one */
  readonly generation: number;
  /** from whom it was taken */
  readonly previous: (ControlId & { readonly at: string }) | null;
}

export interface DescribedImage {
  readonly id: string;
  readonly name: string;
  readonly diskFormat: 'qcow2' | 'raw';
  /** bytes */
  readonly size: number;
  /** bytes */
  readonly virtualSize: number;
  /** hex */
  readonly sha256: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface DescribedRescue {
  readonly imageId: string;
  readonly imageName: string;
  readonly from: VmState;
}

export type DescribedGroup = Pick<ServerGroup, 'id' | 'name' | 'policy' | 'maxServerPerHost'>;

/**
 * What stands in the domain's metadata: enough to rebuild a lost database from the hosts. User data is not in it: it may
 * hold secrets, and anybody who may look at the domain can read what stands there.
 */
export interface GuestDescription {
  readonly id: string;
  readonly name: string;
  readonly hostname: string;
  readonly domainName: string;
  readonly control: ControlMark;
  readonly flavor: Omit<Flavor, 'createdAt' | 'revision'>;
  /** null: it was made from none, or its image is gone */
  readonly image: DescribedImage | null;
  readonly keyName: string | null;
  readonly publicKey: string | null;
  /** whether it got any */
  readonly hasUserData: boolean;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** the account that asked for it */
  readonly user: string;
  readonly projectName: string;
  readonly group: DescribedGroup | null;
  readonly hints: Instance['hints'];
  readonly requestedZone: string | null;
  readonly origin: Instance['origin'];
  readonly lock: Instance['lock'];
  /** what a rescued one boots, and the state that it goes back to */
  readonly rescue: DescribedRescue | null;
  /** of a softly deleted one: the state that it goes back to */
  readonly deletedFrom: VmState | null;
  /** decided before the build, so that a repeated step asks for the same one */
  readonly mac: string;
  readonly createdAt: string;
}

/** What a list of guests tells of a mark. */
export interface GuestOwner {
  readonly controlId: string;
  readonly controlName: string;
  readonly generation: number;
  readonly instanceName: string;
  readonly flavorName: string;
  readonly vcpus: number;
  /** MiB */
  readonly ram: number;
  /** GiB, all disks */
  readonly disk: number;
}

export function ownerOf({ control, name, flavor, image }: Omit<GuestDescription, 'domainName'>): GuestOwner {
  const root = flavor.disk > 0 ? flavor.disk : Math.ceil((image?.virtualSize ?? 0) / 1024 ** 3);
  return {
    controlId: control.id,
    controlName: control.name,
    generation: control.generation,
    instanceName: name,
    flavorName: flavor.name,
    vcpus: flavor.vcpus,
    ram: flavor.ram,
    disk: root + flavor.ephemeral + Math.ceil(flavor.swap / 1024),
  };
}

/** Another Micronova has the guest; who, stands in the details for whoever has to note it. */
export function takenOver(
  domainName: string,
  { id, name, generation }: Pick<ControlMark, 'id' | 'name' | 'generation'>,
): ExpectedError {
  return new ExpectedError('instance.taken_over', `${name} has taken over the guest ${domainName}`, {
    remedy:
      'Nothing was done with it. Take it over again, or delete the instance here: the guest stays as it is.',
    details: { controlId: id, controlName: name, generation },
  });
}
