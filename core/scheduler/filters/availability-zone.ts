import type { Gate } from '../filter.ts';

/**
 * The host must be in the zone that was asked for. Always asked, as in Nova, where placement does it
 * (`map_az_to_placement_aggregate` in nova/scheduler/request_filter.py).
 */
export const availabilityZone: Gate = {
  name: 'AvailabilityZone',
  judge: ({ availabilityZone: wanted }) =>
    wanted === null
      ? null
      : ({ host }) =>
          host.availabilityZone === wanted
            ? null
            : `zone ${wanted} was asked for, the host is in ${host.availabilityZone}`,
};
