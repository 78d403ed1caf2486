import type { Reader } from '../state/database.ts';
import { listProviders, type Provider } from './providers.ts';
import { refusalOf, type Resources } from './resources.ts';
import { type TraitDemand, traitRefusal } from './traits.ts';

/** All that is asked of a provider. */
export interface Demand extends Partial<TraitDemand> {
  readonly resources: Resources;
}

/** A provider, and why it cannot give what was asked; null when it can. */
export interface Candidate {
  readonly provider: Provider;
  readonly refusal: string | null;
}

/** Why a provider cannot give all of it, every class that falls short named; null when it can. */
export function refusalFor(provider: Provider, resources: Resources): string | null {
  return refuser({ resources })(provider);
}

/**
 * Why a provider is no candidate: its traits first, which no freeing of resources changes; null when it is one. Made once
 * for a demand, as it is asked of every host.
 */
export function refuser(demand: Demand): (provider: Provider) => string | null {
  const { resources, required = [], forbidden = [] } = demand;
  const asked = Object.entries(resources).filter(([, amount]) => amount > 0);
  const traits = required.length + forbidden.length > 0 ? { required, forbidden } : null;
  return (provider) => {
    const unfit = traits && traitRefusal(provider.traits, traits);
    if (unfit !== null) return unfit;
    let shortage: string | null = null;
    for (const [name, amount] of asked) {
      const used = provider.usages.get(name) ?? 0;
      const refusal = refusalOf(name, amount, provider.inventories.get(name), used);
      if (refusal !== null) shortage = shortage === null ? refusal : `${shortage}; ${refusal}`;
    }
    return shortage;
  };
}

/**
 * Which providers could give these resources now. Unlike placement's own `GET /allocation_candidates` it also says of
 * the others why not.
 */
export function listCandidates(reader: Reader, demand: Demand): Candidate[] {
  const refuse = refuser(demand);
  return listProviders(reader).map((provider) => ({ provider, refusal: refuse(provider) }));
}
