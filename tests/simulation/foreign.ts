import type { GuestDescription } from '../../core/compute/mark.ts';
import type { PowerState } from '../../core/contract/index.ts';
import type { SimHost } from './sim-host.ts';
import type { World } from './world.ts';

const FLAVOR = {
  id: 'theirs',
  name: 'theirs',
  vcpus: 1,
  ram: 256,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
};

/** What another Micronova writes on its guests. */
function markOf(id: string, domainName: string, controlId: string): GuestDescription {
  return {
    id,
    name: 'theirs',
    hostname: 'theirs',
    domainName,
    control: { id: controlId, name: 'you@there', generation: 1, previous: null },
    flavor: FLAVOR,
    image: null,
    keyName: null,
    publicKey: null,
    hasUserData: false,
    rescue: null,
    deletedFrom: null,
    description: null,
    metadata: {},
    tags: [],
    user: 'you',
    projectName: 'admin',
    group: null,
    hints: {},
    requestedZone: null,
    origin: 'launched',
    lock: null,
    mac: '52:54:00:00:00:01',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}

/** A guest that Micronova did not make; with a control id, another Micronova did. */
export function defineForeign(
  world: World,
  host: SimHost | undefined,
  powerState: PowerState = 'SHUTDOWN',
  controlId?: string,
): void {
  if (host === undefined || !host.isUp) return;
  const id = world.random.uuid();
  world.foreign.add(id);
  const domainName = `theirs-${id.slice(0, 4)}`;
  host.fake.domains.set(id, {
    spec: { id, domainName, flavor: FLAVOR },
    powerState,
    saved: false,
    rescue: false,
    passwords: new Map(),
    deaf: false,
    log: '',
    boots: 0,
    mark: controlId === undefined ? null : markOf(id, domainName, controlId),
  });
  host.fake.lifecycle(id, 'defined');
}
