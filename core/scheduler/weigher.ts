import type { HostVerdict } from '../contract/index.ts';
import type { HostState } from './host-state.ts';

/** Says how well a host would do. nova/weights.py */
export interface Weigher {
  readonly name: string;
  /** Nova's default; negative where less is better */
  readonly multiplier: number;
  weigh(host: HostState): number;
}

type Share = HostVerdict['weighers'][number];

export interface Weighed {
  readonly state: HostState;
  readonly weight: number;
  readonly shares: readonly Share[];
}

/** To 0…1; all equal gives 0. Source: `normalize` in nova/weights.py */
export function normalize(values: readonly number[]): number[] {
  const min = Math.min(...values);
  const range = Math.max(...values) - min;
  return values.map((value) => (range === 0 ? 0 : (value - min) / range));
}

function sharesOf(weigher: Weigher, states: readonly HostState[]): Share[] {
  const raws = states.map((state) => weigher.weigh(state));
  const normalized = normalize(raws);
  return raws.map((raw, index) => ({
    name: weigher.name,
    raw,
    normalized: normalized[index] ?? 0,
    multiplier: weigher.multiplier,
  }));
}

/** Best first; hosts of the same weight keep their order. */
export function weighAll(weighers: readonly Weigher[], states: readonly HostState[]): Weighed[] {
  const columns = weighers.map((weigher) => sharesOf(weigher, states));
  const weighed = states.map((state, index) => {
    const shares = columns.flatMap((column) => column[index] ?? []);
    const weight = shares.reduce((sum, share) => sum + share.multiplier * share.normalized, 0);
    return { state, weight, shares };
  });
  return weighed.toSorted((a, b) => b.weight - a.weight);
}
