import type { HostVerdict, SchedulerSettings } from '../contract/index.ts';
import { overrideOf } from './aggregate-values.ts';
import type { HostState } from './host-state.ts';
import type { SchedulingRequest } from './request.ts';

/** How well a host would do; it looks at nothing but the host. */
export type Scale = (host: HostState) => number;

/** Says how well a host would do. nova/weights.py */
export interface Weigher {
  /** Nova's name, without the word Weigher */
  readonly name: string;
  /** in a sentence: what it prefers */
  readonly description: string;
  /** Nova's default; negative where less is better */
  readonly multiplier: number;
  /** key of aggregates' metadata that overrides the multiplier for their hosts */
  readonly overriddenBy: string;
  /** the key's value counts the other way round, as Nova has it for this one */
  readonly overrideNegated?: true;
  /** lower bound of the scale; left out: the lowest value that there is. `minval` in nova/weights.py */
  readonly floor?: 0;
  /** @returns how hosts are weighed; null where the request gives nothing to weigh */
  scale(request: SchedulingRequest): Scale | null;
}

type Share = HostVerdict['weighers'][number];

export interface Weighed {
  readonly state: HostState;
  readonly weight: number;
  readonly shares: () => Share[];
}

/**
 * To 0…1; all equal gives 0. Source: `normalize` in nova/weights.py
 * @param floor lower end of the scale; values below it count as it
 */
export function normalize(values: readonly number[], floor?: number): number[] {
  // A single host is not weighed against anything.
  if (values.length === 1) return [0];
  const held = floor === undefined ? values : values.map((value) => Math.max(value, floor));
  const min = floor ?? held.reduce((a, b) => Math.min(a, b), Infinity);
  const range = held.reduce((a, b) => Math.max(a, b), -Infinity) - min;
  return held.map((value) => (range === 0 ? 0 : (value - min) / range));
}

/** What the settings make of a weigher, where no aggregate overrides it. */
export function multiplierOf(weigher: Weigher, { multipliers }: SchedulerSettings): number {
  return Object.hasOwn(multipliers, weigher.name)
    ? (multipliers[weigher.name] ?? weigher.multiplier)
    : weigher.multiplier;
}

interface Column {
  readonly name: string;
  readonly raws: readonly number[];
  readonly normalized: readonly number[];
  readonly multiplier: (state: HostState) => number;
}

function columnOf(
  weigher: Weigher,
  states: readonly HostState[],
  request: SchedulingRequest,
  settings: SchedulerSettings,
): Column {
  const scale = weigher.scale(request);
  const raws = states.map((state) => scale?.(state) ?? 0);
  const usual = multiplierOf(weigher, settings);
  const { name, overriddenBy, overrideNegated } = weigher;
  return {
    name,
    raws,
    normalized: scale === null ? raws : normalize(raws, weigher.floor),
    multiplier: ({ aggregateMetadata }) => {
      const override = overrideOf(aggregateMetadata, overriddenBy);
      return override === null ? usual : overrideNegated ? -override : override;
    },
  };
}

/** Best first; hosts of the same weight keep their order. Source: `get_weighed_objects` in nova/weights.py */
export function weighAll(
  weighers: readonly Weigher[],
  states: readonly HostState[],
  request: SchedulingRequest,
  settings: SchedulerSettings,
): Weighed[] {
  const columns = weighers.map((weigher) => columnOf(weigher, states, request, settings));
  const weighed = states.map((state, index): Weighed => {
    let weight = 0;
    for (const column of columns) weight += column.multiplier(state) * (column.normalized[index] ?? 0);
    const shares = () =>
      columns.map(({ name, raws, normalized, multiplier }) => ({
        name,
        raw: raws[index] ?? 0,
        normalized: normalized[index] ?? 0,
        multiplier: multiplier(state),
      }));
    return { state, weight, shares };
  });
  return weighed.toSorted((a, b) => b.weight - a.weight);
}
