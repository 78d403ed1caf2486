import type { Filter } from '../filter.ts';
import type { AggregateMetadata } from '../host-state.ts';

const KEY = 'filter_tenant_id';

/** The projects that a host is reserved for; none: everybody's. */
function tenantsOf(metadata: AggregateMetadata): string[] {
  const tenants: string[] = [];
  for (const [key, values] of metadata) if (key.startsWith(KEY)) tenants.push(...values);
  return tenants;
}

/**
 * Aggregates may reserve their hosts for projects, by ids in `filter_tenant_id` and keys that begin with it. Source:
 * nova/scheduler/filters/aggregate_multitenancy_isolation.py
 */
export const aggregateMultiTenancyIsolation: Filter = {
  name: 'AggregateMultiTenancyIsolation',
  description: 'A host that its aggregates reserve for projects takes their instances only.',
  onByDefault: false,
  reads: [`${KEY}*`],
  judge:
    ({ projectId }) =>
    ({ aggregateMetadata }) => {
      if (aggregateMetadata.size === 0) return null;
      const tenants = tenantsOf(aggregateMetadata);
      if (tenants.length === 0 || tenants.includes(projectId)) return null;
      return `the host is reserved for the projects ${tenants.join(', ')}`;
    },
};
