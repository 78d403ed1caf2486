import type { FoundGuest } from '../../compute/ownership.ts';
import type { DriverRegistry } from '../../compute/driver.ts';
import { type Flavor, type Host, Name, type Parsed } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { hostnameOf } from '../../domain/hostname.ts';
import type { RequestContext } from '../../identity/context.ts';
import { controlIdentity } from '../../identity/control.ts';
import { generateMac } from '../../network/mac.ts';
import { enqueue } from '../../queue/enqueue.ts';
import { hostLane } from '../../queue/kinds.ts';
import { claimExisting } from '../../scheduler/existing-claim.ts';
import { startAction } from '../../state/actions.ts';
import type { Database, Tx } from '../../state/database.ts';
import { insertExisting } from '../../state/existing-instances.ts';
import { insertFlavor, listFlavors } from '../../state/flavors.ts';
import { findFlavor } from '../flavors.ts';
import type { Accepted } from './instance-accept.ts';
import { projectForNew } from '../projects.ts';
import { bringOver, lookAt, notAdoptable } from './take-over.ts';

const GIB = 1024 ** 3;
type Adopt = Parsed<'guest.adopt'>;

function refuseWhatCannotBe({ domainName, description, badMark, refusal }: FoundGuest): void {
  if (description !== null) {
    const { name } = description.control;
    throw notAdoptable(domainName, `it is an instance of ${name}`, 'Take it over, or recover it.');
  }
  if (badMark !== null) {
    throw notAdoptable(domainName, badMark, 'Remove that element from its definition on the host first.');
  }
  if (refusal !== null) throw notAdoptable(domainName, refusal);
}

/** GiB of all its disks together */
function diskOf({ disks }: FoundGuest): number {
  const bytes = disks.filter(({ kind }) => kind === 'disk').reduce((sum, disk) => sum + disk.capacity, 0);
  return Math.ceil(bytes / GIB);
}

function isPlain({ ephemeral, swap, extraSpecs }: Flavor): boolean {
  return ephemeral === 0 && swap === 0 && Object.keys(extraSpecs).length === 0;
}

/** The one that was asked for, one of the guest's own size, or a new one. */
function flavorFor(tx: Tx, found: FoundGuest, ref: string | undefined): Flavor {
  const size = { vcpus: found.vcpus, ram: found.ram, disk: diskOf(found) };
  const fits = (flavor: Flavor): boolean =>
    flavor.vcpus === size.vcpus && flavor.ram === size.ram && flavor.disk === size.disk;
  if (ref !== undefined) {
    const flavor = findFlavor(tx, ref, 'flavor');
    if (fits(flavor)) return flavor;
    throw new ExpectedError(
      'bad_input',
      `The guest has ${size.vcpus} vCPUs, ${size.ram} MiB of RAM and ${size.disk} GiB of disk; the flavor “${flavor.name}” is of another size.`,
      { field: 'flavor', remedy: 'Leave it out: one of that size is found, or made.' },
    );
  }
  const there = listFlavors(tx).find((flavor) => fits(flavor) && isPlain(flavor));
  return there ?? makeFlavor(tx, size);
}

function makeFlavor(tx: Tx, size: Pick<Flavor, 'vcpus' | 'ram' | 'disk'>): Flavor {
  return insertFlavor(tx, {
    ...size,
    id: tx.uuid(),
    name: `adopted.${size.vcpus}x${size.ram}x${size.disk}`,
    ephemeral: 0,
    swap: 0,
    isPublic: false,
    description: 'Made for adopted guests of this size',
    extraSpecs: {},
    createdAt: tx.now(),
  });
}

function nameFor({ name }: Adopt, { title, domainName, uuid }: FoundGuest): string {
  const usable = [name, title, domainName].find((one) => Name.safeParse(one).success);
  return usable ?? `guest-${uuid.slice(0, 8)}`;
}

interface Adoption {
  readonly host: Host;
  readonly found: FoundGuest;
  readonly input: Adopt;
}

function insertAdopted(tx: Tx, { host, found, input }: Adoption, user: string) {
  const { createdAt: _createdAt, revision: _revision, ...flavor } = flavorFor(tx, found, input.flavor);
  const name = nameFor(input, found);
  const instance = insertExisting(tx, {
    id: found.uuid,
    name,
    hostname: hostnameOf(name, `server-${found.uuid}`),
    domainName: found.domainName,
    flavor,
    imageId: null,
    imageName: null,
    keyName: null,
    publicKey: null,
    metadata: {},
    mac: found.nics[0]?.mac ?? generateMac(tx.uuid()),
    projectId: projectForNew(tx, input.project).id,
    user,
    hostId: host.id,
    addresses: [...found.addresses],
    powerState: found.powerState,
    origin: 'adopted',
    lock: null,
    createdAt: tx.now(),
    controlGeneration: 1,
    previousOwner: null,
    adopted: { disks: found.disks, nics: found.nics, consoles: found.consoles },
    state: { vmState: 'building', taskState: 'spawning' },
  });
  claimExisting(tx, { instanceId: instance.id, hostId: host.id, flavor, image: null });
  return instance;
}

/**
 * Brings a guest that somebody else made under management, as it is and while it runs.
 * @throws ExpectedError `guest.not_found`, `guest.not_adoptable`, `placement.no_capacity`, `host.unavailable`
 */
export async function adoptGuest(
  database: Database,
  drivers: DriverRegistry,
  input: Adopt,
  context: RequestContext,
): Promise<Accepted> {
  const { requestId, user } = context;
  const { host, found } = await lookAt(database, drivers, input.host, input.uuid);
  const { description } = found;
  // Our own that has no row, e.g. after an older copy of the database was put back.
  if (description !== null && description.control.id === controlIdentity(database).id) {
    return bringOver(database, { host, found, description }, 'recover', context);
  }
  refuseWhatCannotBe(found);
  return database.write((tx) => {
    const instance = insertAdopted(tx, { host, found, input }, user);
    startAction(tx, { instanceId: instance.id, requestId }, 'adopt', user);
    const taskId = enqueue(tx, {
      kind: 'instance.adopt',
      input: { instanceId: instance.id, expected: null },
      subject: instance.name,
      instanceId: instance.id,
      hostId: host.id,
      requestId,
      cancellable: true,
      lane: hostLane(host.id),
    });
    return { instance, taskId };
  });
}
