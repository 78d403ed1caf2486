import { ADMIN_PROJECT, type Flavor, type Instance, type Project, type Quota } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Reader } from '../state/database.ts';
import { countMembers, readUsage } from '../state/projects.ts';
import { findProject } from './projects.ts';

type Resource = keyof Quota;

/** What is counted, after a number. */
const WORDS: Readonly<Record<Resource, string>> = {
  instances: 'instances',
  cores: 'vCPUs',
  ram: 'MiB of RAM',
  keyPairs: 'key pairs',
  serverGroups: 'server groups',
  serverGroupMembers: 'members in one server group',
  metadataItems: 'metadata items on one instance',
};

/** What gives back some of it, beside a larger quota. */
const WAYS_OUT: Readonly<Record<Resource, string>> = {
  instances: 'Delete instances of the project that are no longer needed',
  cores: 'Delete instances of the project, choose a smaller flavor or launch fewer',
  ram: 'Delete instances of the project, choose a smaller flavor or launch fewer',
  keyPairs: 'Delete key pairs that are no longer needed',
  serverGroups: 'Delete server groups of the project that are no longer needed',
  serverGroupMembers: 'Delete members of the group, or use another group',
  metadataItems: 'Leave some items out',
};

interface Count {
  readonly used: number;
  readonly asked: number;
}

/** Exactly at the limit is allowed; −1 is no limit. The caller's transaction is the one that inserts. */
function check(project: Project, resource: Resource, { used, asked }: Count): void {
  const limit = project.quota[resource];
  if (limit < 0 || used + asked <= limit) return;
  throw new ExpectedError(
    'quota_exceeded',
    `The project “${project.name}” may have ${limit} ${WORDS[resource]}: ${used} in use, ${asked} more asked for.`,
    {
      remedy: `${WAYS_OUT[resource]}, or raise the quota of the project.`,
      details: { resource, limit, used, asked, project: project.name },
    },
  );
}

/**
 * Instances, vCPUs and RAM of the whole batch at once: all of it fits, or nothing is made.
 * @throws ExpectedError `quota_exceeded`
 */
export function checkInstanceQuota(
  reader: Reader,
  project: Project,
  { flavor, count }: { readonly flavor: Pick<Flavor, 'vcpus' | 'ram'>; readonly count: number },
): void {
  const { instances, cores, ram } = project.quota;
  // Nothing is counted where nothing is limited: the project `admin` may have very many.
  if (Math.max(instances, cores, ram) < 0) return;
  const used = readUsage(reader, project.id);
  check(project, 'instances', { used: used.instances, asked: count });
  check(project, 'cores', { used: used.cores, asked: count * flavor.vcpus });
  check(project, 'ram', { used: used.ram, asked: count * flavor.ram });
}

/**
 * What was more than the limit before, because that was lowered, may stay or shrink.
 * @param before metadata of the instance so far
 * @throws ExpectedError `quota_exceeded`
 */
export function checkMetadataQuota(
  project: Project,
  metadata: Instance['metadata'],
  before: Instance['metadata'] = {},
): void {
  const used = Object.keys(before).length;
  const asked = Object.keys(metadata).length - used;
  if (asked > 0) check(project, 'metadataItems', { used, asked });
}

/** Key pairs are the account's, not a project's: the quota of the project `admin` holds. */
export function checkKeypairQuota(reader: Reader): void {
  const admin = findProject(reader, ADMIN_PROJECT);
  check(admin, 'keyPairs', { used: readUsage(reader, admin.id).keyPairs, asked: 1 });
}

/** @throws ExpectedError `quota_exceeded` */
export function checkServerGroupQuota(reader: Reader, project: Project): void {
  check(project, 'serverGroups', { used: readUsage(reader, project.id).serverGroups, asked: 1 });
}

/** @throws ExpectedError `quota_exceeded` */
export function checkGroupMemberQuota(
  reader: Reader,
  project: Project,
  groupId: string,
  asked: number,
): void {
  check(project, 'serverGroupMembers', { used: countMembers(reader, groupId), asked });
}
