import { capabilityOf, isCapability } from '../capabilities.ts';
import { matches } from '../extra-spec-operators.ts';
import type { Filter } from '../filter.ts';
import type { HostState } from '../host-state.ts';

const SCOPE = 'capabilities:';

interface Wish {
  readonly name: string;
  readonly wanted: string;
}

// A name without a scope counts only where it is one of ours: other keys are somebody else's.
function wishesOf(extraSpecs: Readonly<Record<string, string>>): Wish[] {
  return Object.entries(extraSpecs).flatMap(([key, wanted]) => {
    if (key.startsWith(SCOPE)) return { name: key.slice(SCOPE.length), wanted };
    return isCapability(key) ? { name: key, wanted } : [];
  });
}

function refusalOf(state: HostState, { name, wanted }: Wish): string | null {
  const value = capabilityOf(state, name);
  if (value === null) return `the flavor asks for ${name} ${wanted}, which the host does not tell`;
  if (matches(String(value), wanted)) return null;
  return `the flavor asks for ${name} ${wanted}, the host has ${value}`;
}

/** Extra specs `capabilities:NAME` must hold. Source: nova/scheduler/filters/compute_capabilities_filter.py */
export const computeCapabilities: Filter = {
  name: 'ComputeCapabilities',
  description: 'The host must have the capabilities that the flavor asks for.',
  onByDefault: true,
  reads: ['capabilities:*'],
  judge({ flavor }) {
    const wishes = wishesOf(flavor.extraSpecs);
    if (wishes.length === 0) return null;
    return (state) => {
      for (const wish of wishes) {
        const refusal = refusalOf(state, wish);
        if (refusal !== null) return refusal;
      }
      return null;
    };
  },
};
