import type { placementMethods, ProviderUsage } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { auditClaims, healClaims } from '../placement/audit.ts';
import { listCandidates } from '../placement/candidates.ts';
import { setInventory } from '../placement/inventories.ts';
import { isKnownTrait, setCustomTraits } from '../placement/traits.ts';
import { readUsage } from '../placement/usage.ts';
import type { Database, Reader } from '../state/database.ts';
import { findHost } from './hosts.ts';
import type { Handlers } from './router.ts';

const MOST_CUSTOM = 200;

function refuseTraits(traits: readonly string[]): void {
  const unknown = traits.find((trait) => !isKnownTrait(trait));
  if (unknown === undefined && traits.length <= MOST_CUSTOM) return;
  const message =
    unknown === undefined ? `A host may have ${MOST_CUSTOM} traits of your own.` : `${unknown} is no trait.`;
  throw new ExpectedError('bad_input', message, {
    field: 'traits',
    remedy:
      'A trait of your own begins with CUSTOM_; the standard ones with HW_, COMPUTE_, STORAGE_ or MISC_.',
  });
}

function usage(reader: Reader, ref: string): ProviderUsage {
  return readUsage(reader, findHost(reader, ref));
}

export function placementHandlers(database: Database): Handlers<keyof typeof placementMethods> {
  return {
    'placement.usage': ({ ref }) => usage(database, ref),
    'placement.setInventory': ({ ref, resourceClass, ...settings }) =>
      database.write((tx) => {
        const { id, name } = findHost(tx, ref);
        setInventory(tx, id, name, resourceClass, settings);
        return usage(tx, id);
      }),
    'placement.setTraits': ({ ref, traits }) =>
      database.write((tx) => {
        refuseTraits(traits);
        const { id, name } = findHost(tx, ref);
        setCustomTraits(tx, id, name, traits);
        return usage(tx, id);
      }),
    'placement.candidates': (demand) =>
      listCandidates(database, demand).map(({ provider, refusal }) => ({
        hostId: provider.id,
        hostName: provider.name,
        refusal,
      })),
    'placement.audit': () => auditClaims(database),
    'placement.heal': () => database.write((tx) => healClaims(tx)),
  };
}
