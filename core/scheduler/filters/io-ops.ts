import { overrideOf } from '../aggregate-values.ts';
import type { Filter } from '../filter.ts';

export const MAX_IO_OPS_KEY = 'max_io_ops_per_host';

/** At most so many instances in work at a time. Source: `AggregateIoOpsFilter` in nova/scheduler/filters/io_ops_filter.py */
export const ioOps: Filter = {
  name: 'IoOps',
  description:
    'The host must be building, rebuilding or moving fewer instances than the settings or its aggregates allow.',
  onByDefault: false,
  reads: [MAX_IO_OPS_KEY],
  judge:
    (_, { settings }) =>
    ({ ioOps: busy, aggregateMetadata }) => {
      const most = overrideOf(aggregateMetadata, MAX_IO_OPS_KEY) ?? settings.maxIoOpsPerHost;
      return busy < most ? null : `is at work on ${busy} instances, of at most ${most} at a time`;
    },
};
