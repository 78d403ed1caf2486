import type { Flavor, Image, SchedulerHints, ServerGroup } from '../contract/index.ts';
import type { Resources } from '../placement/resources.ts';

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

const GIB = 1024 ** 3;
const OVERRIDE = 'resources:';

/**
 * What a flavor takes from placement; `resources:CLASS` in its extra specs has the last word, and 0 takes nothing.
 * Source: `resources_from_flavor` in nova/scheduler/utils.py. A disk of 0 is as large as the image, which Nova leaves
 * uncounted and we know.
 */
export function resourcesOf({ flavor, image }: Pick<SchedulingRequest, 'flavor' | 'image'>): Resources {
  const root = flavor.disk > 0 ? flavor.disk : Math.ceil((image?.virtualSize ?? 0) / GIB);
  const resources: Record<string, number> = {
    VCPU: flavor.vcpus,
    MEMORY_MB: flavor.ram,
    DISK_GB: root + flavor.ephemeral + Math.ceil(flavor.swap / 1024),
  };
  for (const [key, value] of Object.entries(flavor.extraSpecs)) {
    if (!key.startsWith(OVERRIDE) || !/^\d{1,9}$/.test(value)) continue;
    resources[key.slice(OVERRIDE.length)] = Number(value);
  }
  return resources;
}
