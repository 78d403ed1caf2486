import type { Flavor, Image, SchedulerHints, ServerGroup } from '../contract/index.ts';

/** A server group as the scheduler needs it; who is where stands in the hosts' states. */
export type SchedulingGroup = Pick<ServerGroup, 'id' | 'name' | 'policy' | 'maxServerPerHost'>;

/** What is to be placed. nova/objects/request_spec.py */
export interface SchedulingRequest {
  /** the instance that is placed; null for one that is only thought of */
  readonly instanceId: string | null;
  readonly flavor: Omit<Flavor, 'createdAt' | 'revision'>;
  readonly image: Pick<Image, 'virtualSize' | 'properties'> | null;
  readonly projectId: string;
  /** only this host will do */
  readonly requestedHostId: string | null;
  /** hosts that will not do, each with the reason */
  readonly avoid?: ReadonlyMap<string, string>;
  /** false: that host is taken without asking filters and placement. `force_hosts` */
  readonly hostChecks: boolean;
  readonly availabilityZone: string | null;
  readonly group: SchedulingGroup | null;
  readonly hints: SchedulerHints;
}
