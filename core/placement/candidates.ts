import type { Reader } from '../state/database.ts';
import { listProviders, type Provider } from './providers.ts';
import { refusalOf, type Resources } from './resources.ts';

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

/**
 * Which providers could give these resources now. Unlike placement's own `GET /allocation_candidates` it also says of
 * the others why not.
 */
export function listCandidates(reader: Reader, resources: Resources): Candidate[] {
  return listProviders(reader).map((provider) => ({ provider, refusal: refusalFor(provider, resources) }));
}
