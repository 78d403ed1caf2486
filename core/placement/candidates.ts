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
  const refusals = Object.entries(resources)
    .filter(([, amount]) => amount > 0)
    .map(([name, amount]) =>
      refusalOf(name, amount, provider.inventories.get(name), provider.usages.get(name) ?? 0),
    );
  return refusals.filter((refusal) => refusal !== null).join('; ') || null;
}

/** Why a provider is no candidate: its traits first, which no freeing of resources changes; null when it is one. */
export function refuseDemand(provider: Provider, demand: Demand): string | null {
  const { required = [], forbidden = [] } = demand;
  return traitRefusal(provider.traits, { required, forbidden }) ?? refusalFor(provider, demand.resources);
}

/**
 * Which providers could give these resources now. Unlike placement's own `GET /allocation_candidates` it also says of
 * the others why not.
 */
export function listCandidates(reader: Reader, demand: Demand): Candidate[] {
  return listProviders(reader).map((provider) => ({ provider, refusal: refuseDemand(provider, demand) }));
}
