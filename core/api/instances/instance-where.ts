import {
  DEFAULT_ZONE,
  type LaunchQuestion,
  type Project,
  type SchedulerHints,
  type ServerGroup,
} from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { cidrProblem } from '../../scheduler/filters/simple-cidr-affinity.ts';
import { hintText, hintTexts } from '../../scheduler/hints.ts';
import { parseQuery, QUERY_VARIABLES, QueryError } from '../../scheduler/json-query.ts';
import type { SchedulingRequest } from '../../scheduler/request.ts';
import { listAggregates } from '../../state/aggregates.ts';
import type { Reader } from '../../state/database.ts';
import { findInstances } from '../../state/instances.ts';
import { findHost } from '../hosts.ts';
import { resolveOne } from '../resolve.ts';
import { findServerGroup } from '../server-groups.ts';

type Asked = Pick<LaunchQuestion, 'host' | 'hostChecks' | 'availabilityZone' | 'group' | 'hints'>;

/** What a launch says of the place, its references resolved. */
export interface Where extends Pick<
  SchedulingRequest,
  'requestedHostId' | 'hostChecks' | 'availabilityZone' | 'hints'
> {
  readonly group: ServerGroup | null;
}

function badHint(hint: string, message: string, remedy: string): ExpectedError {
  return new ExpectedError('bad_input', `The hint “${hint}” ${message}.`, { field: `hints.${hint}`, remedy });
}

function checkQuery(hints: SchedulerHints): void {
  const text = hintText(hints, 'query');
  if (text === null) return;
  try {
    parseQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const remedy = `Write it like [">=", "$free_ram_mb", 1024]. A host is asked by ${QUERY_VARIABLES.join(', ')}.`;
    throw badHint('query', error.message, remedy);
  }
}

function checkCidr(hints: SchedulerHints): void {
  const problem = cidrProblem(hints);
  if (problem !== null)
    throw badHint(problem.hint, problem.message, 'Write them like 10.0.0.7 and /24, or leave them out.');
}

/** Nova takes ids only; a person types names, and what is kept are ids, which stay the same when a name does not. */
function withIds(reader: Reader, hints: SchedulerHints, hint: string): SchedulerHints {
  const refs = hintTexts(hints, hint);
  if (refs.length === 0) return hints;
  const ids = refs.map((ref) => {
    const kind = { what: 'instance', notFound: 'instance.not_found', field: `hints.${hint}` } as const;
    return resolveOne(findInstances(reader, ref), ref, kind).id;
  });
  return { ...hints, [hint]: ids };
}

function groupOf(reader: Reader, { group, hints }: Asked): ServerGroup | null {
  const hinted = hintText(hints, 'group');
  const byHint = hinted === null ? null : findServerGroup(reader, hinted, 'hints.group');
  const named = group === undefined ? null : findServerGroup(reader, group, 'group');
  if (byHint !== null && named !== null && byHint.id !== named.id) {
    const message = `The hint “group” says “${byHint.name}”, and the request says “${named.name}”.`;
    throw new ExpectedError('bad_input', message, { field: 'hints.group', remedy: 'Name one group only.' });
  }
  return named ?? byHint;
}

function checkZone(reader: Reader, zone: string | undefined): void {
  if (zone === undefined || zone === DEFAULT_ZONE) return;
  const zones = new Set(listAggregates(reader).flatMap(({ availabilityZone }) => availabilityZone ?? []));
  if (zones.has(zone)) return;
  const known = [DEFAULT_ZONE, ...[...zones].toSorted()].join(', ');
  throw new ExpectedError('bad_input', `There is no availability zone “${zone}”.`, {
    field: 'availabilityZone',
    remedy: `Choose one of ${known}, or leave it out for any.`,
  });
}

/**
 * What a request says of the place, checked and resolved. Hints that no part of the scheduler knows are kept as they are.
 * @throws ExpectedError `bad_input`, `host.not_found`, `server_group.not_found`, `instance.not_found`, `ambiguous`
 */
export function whereOf(reader: Reader, asked: Asked): Where {
  const { host, hostChecks, availabilityZone, hints } = asked;
  if (!hostChecks && host === undefined) {
    throw new ExpectedError('bad_input', 'Checks can be left out only for a host that is named.', {
      field: 'hostChecks',
      remedy: 'Name a host, too.',
    });
  }
  checkZone(reader, availabilityZone);
  checkQuery(hints);
  checkCidr(hints);
  return {
    requestedHostId: host === undefined ? null : findHost(reader, host, 'host').id,
    hostChecks,
    availabilityZone: availabilityZone ?? null,
    group: groupOf(reader, asked),
    hints: withIds(reader, withIds(reader, hints, 'same_host'), 'different_host'),
  };
}

/** Source: nova/objects/instance_group.py, whose groups are found within their own project only */
export function checkGroupProject({ group }: Where, project: Project): void {
  if (group === null || group.projectId === project.id) return;
  throw new ExpectedError(
    'bad_input',
    `The server group “${group.name}” is of another project than “${project.name}”.`,
    {
      field: 'group',
      remedy: 'Take a group of the same project, or create one there.',
    },
  );
}
