import { matches } from '../extra-spec-operators.ts';
import type { Filter } from '../filter.ts';
import type { HostState } from '../host-state.ts';

const SCOPE = 'aggregate_instance_extra_specs:';

interface Wish {
  readonly key: string;
  readonly wanted: string;
}

function wishesOf(extraSpecs: Readonly<Record<string, string>>): Wish[] {
  return Object.entries(extraSpecs).flatMap(([key, wanted]) => {
    if (key.startsWith(SCOPE)) return { key: key.slice(SCOPE.length), wanted };
    return key.includes(':') ? [] : { key, wanted };
  });
}

function refusalOf({ aggregateMetadata }: HostState, { key, wanted }: Wish): string | null {
  const values = aggregateMetadata.get(key);
  if (values === undefined)
    return `the flavor asks for ${key} ${wanted}, which none of the host's aggregates says`;
  for (const value of values) if (matches(value, wanted)) return null;
  return `the flavor asks for ${key} ${wanted}, the host's aggregates say ${[...values].join(', ')}`;
}

/**
 * What the flavor's extra specs ask must stand in the metadata of the host's aggregates: specs with the filter's scope,
 * and those without any. Source: nova/scheduler/filters/aggregate_instance_extra_specs.py
 */
export const aggregateInstanceExtraSpecs: Filter = {
  name: 'AggregateInstanceExtraSpecs',
  description: "The host's aggregates must have what the flavor's extra specs ask for.",
  onByDefault: false,
  reads: [`${SCOPE}*`],
  judge({ flavor }) {
    const wishes = wishesOf(flavor.extraSpecs);
    if (wishes.length === 0) return null;
    return (host) => {
      for (const wish of wishes) {
        const refusal = refusalOf(host, wish);
        if (refusal !== null) return refusal;
      }
      return null;
    };
  },
};
