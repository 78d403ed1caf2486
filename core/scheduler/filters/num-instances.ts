import { overrideOf } from '../aggregate-values.ts';
import type { Filter } from '../filter.ts';

export const MAX_INSTANCES_KEY = 'max_instances_per_host';

/**
 * At most so many instances on one host. Source: `AggregateNumInstancesFilter` in
 * nova/scheduler/filters/num_instances_filter.py
 */
export const numInstances: Filter = {
  name: 'NumInstances',
  description: 'The host must have fewer instances than the settings or its aggregates allow.',
  onByDefault: false,
  reads: [MAX_INSTANCES_KEY],
  judge:
    (_, { settings }) =>
    ({ instances, aggregateMetadata }) => {
      const most = overrideOf(aggregateMetadata, MAX_INSTANCES_KEY) ?? settings.maxInstancesPerHost;
      return instances.size < most ? null : `has ${instances.size} instances, of at most ${most}`;
    },
};
