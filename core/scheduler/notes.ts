import type { GroupPolicy, SchedulerSettings } from '../contract/index.ts';
import { hintText } from './hints.ts';
import { parseQuery, QueryError, unknownVariables } from './json-query.ts';
import { enabledFilters, WEIGHERS } from './parts.ts';
import type { SchedulingRequest } from './request.ts';
import { multiplierOf } from './weigher.ts';

/** By which part each hint is read. nova/api/openstack/compute/schemas/servers.py */
const READERS: ReadonlyMap<string, string> = new Map([
  ['same_host', 'SameHost'],
  ['different_host', 'DifferentHost'],
  ['query', 'Json'],
  ['build_near_host_ip', 'SimpleCIDRAffinity'],
  ['cidr', 'SimpleCIDRAffinity'],
]);

/** Asked by the group itself, whether it came as a hint or not. */
const GROUP_HINT = 'group';

export const KNOWN_HINTS: readonly string[] = [GROUP_HINT, ...READERS.keys()];

const GROUP_READERS: Readonly<Record<GroupPolicy, string>> = {
  affinity: 'ServerGroupAffinity',
  'anti-affinity': 'ServerGroupAntiAffinity',
  'soft-affinity': 'ServerGroupSoftAffinity',
  'soft-anti-affinity': 'ServerGroupSoftAntiAffinity',
};

function isOff(part: string, settings: SchedulerSettings): boolean {
  const weigher = WEIGHERS.find(({ name }) => name === part);
  if (weigher !== undefined) return multiplierOf(weigher, settings) === 0;
  return !enabledFilters(settings).some(({ name }) => name === part);
}

function noteOfHint(name: string, settings: SchedulerSettings): string | null {
  if (name === GROUP_HINT) return null;
  const reader = READERS.get(name);
  if (reader === undefined)
    return `The hint “${name}” is not known, and has no effect. Known are ${KNOWN_HINTS.join(', ')}.`;
  return isOff(reader, settings)
    ? `The hint “${name}” has no effect: the filter ${reader} is switched off in the settings.`
    : null;
}

function noteOfGroup({ group }: SchedulingRequest, settings: SchedulerSettings): string | null {
  if (group === null) return null;
  const part = GROUP_READERS[group.policy];
  return isOff(part, settings)
    ? `The group “${group.name}” has no effect: ${part} is switched off in the settings.`
    : null;
}

function noteOfQuery({ hints }: SchedulingRequest): string | null {
  const text = hintText(hints, 'query');
  if (text === null) return null;
  try {
    const unknown = unknownVariables(parseQuery(text));
    return unknown.length === 0
      ? null
      : `No host tells ${unknown.join(', ')}, which the hint “query” asks for.`;
  } catch (error) {
    if (error instanceof QueryError) return null;
    throw error;
  }
}

function noteOfCidr({ hints }: SchedulingRequest): string | null {
  if (!Object.hasOwn(hints, 'cidr') || Object.hasOwn(hints, 'build_near_host_ip')) return null;
  return 'The hint “cidr” has no effect without build_near_host_ip.';
}

/** What was asked for and has no effect, in words. */
export function notesOf(request: SchedulingRequest, settings: SchedulerSettings): string[] {
  const hints = Object.keys(request.hints).map((name) => noteOfHint(name, settings));
  const others = [noteOfGroup(request, settings), noteOfQuery(request), noteOfCidr(request)];
  return [...hints, ...others].filter((note) => note !== null);
}
