import type { ErrorBody, LaunchQuestion, Output, Parsed, Preview } from '../contract/index.ts';
import { isExpected, toErrorBody } from '../domain/errors.ts';
import { requestElsewhere } from '../scheduler/instance-request.ts';
import { readHostStates } from '../scheduler/host-states.ts';
import { explainParts } from '../scheduler/parts.ts';
import { MOST_ROOM, previewPlacement } from '../scheduler/preview.ts';
import type { SchedulingRequest } from '../scheduler/request.ts';
import type { Policy } from '../scheduler/select.ts';
import { findRefuges, type Homeless } from '../scheduler/without-host.ts';
import type { Database, Reader } from '../state/database.ts';
import { getInstanceRecord, listInstancesOn } from '../state/instances.ts';
import { getSettings } from '../state/settings.ts';
import { findFlavor } from './flavors.ts';
import { findHost } from './hosts.ts';
import { checkActive, findImage } from './images.ts';
import { checkFlavorFits } from './instances/instance-checks.ts';
import { checkGroupProject, whereOf } from './instances/instance-where.ts';
import { findProject, projectForNew } from './projects.ts';
import { checkInstanceQuota } from './quota.ts';
import type { Handlers } from './router.ts';

type Question = Omit<LaunchQuestion, 'count' | 'metadata' | 'image'> & {
  readonly image?: string | undefined;
};

/** The request that a launch would make. */
function requestOf(reader: Reader, question: Question): SchedulingRequest {
  const flavor = findFlavor(reader, question.flavor, 'flavor');
  const image = question.image === undefined ? null : findImage(reader, question.image, 'image');
  if (image !== null) {
    checkActive(reader, image, 'image');
    checkFlavorFits(flavor, image);
  }
  const project = projectForNew(reader, question.project);
  const where = whereOf(reader, question);
  checkGroupProject(where, project);
  return { instanceId: null, flavor, image, projectId: project.id, ...where };
}

function policyOf(reader: Reader): Policy {
  return { settings: getSettings(reader).scheduler, random: Math.random };
}

export function previewLaunch(reader: Reader, question: Parsed<'instance.preview'>): Preview {
  const request = requestOf(reader, question);
  const preview = previewPlacement(readHostStates(reader), request, policyOf(reader), question.count);
  return { ...preview, shortfall: preview.shortfall ?? overQuota(reader, request, question.count) };
}

// What would find room may still be more than the project may have.
function overQuota(
  reader: Reader,
  { projectId, flavor }: SchedulingRequest,
  count: number,
): ErrorBody | null {
  try {
    checkInstanceQuota(reader, findProject(reader, projectId), { flavor, count });
    return null;
  } catch (error) {
    if (isExpected(error, 'quota_exceeded')) return toErrorBody(error);
    throw error;
  }
}

function homelessOf(reader: Reader, hostId: string): Homeless[] {
  return listInstancesOn(reader, hostId)
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    .flatMap(({ id, name }) => {
      const record = getInstanceRecord(reader, id);
      return record === undefined ? [] : { id, name, request: requestElsewhere(reader, record) };
    });
}

function withoutHost(reader: Reader, ref: string): Output<'scheduler.withoutHost'> {
  const { id, name } = findHost(reader, ref);
  const left = readHostStates(reader).filter(({ host }) => host.id !== id);
  return { hostId: id, hostName: name, refuges: findRefuges(left, homelessOf(reader, id), policyOf(reader)) };
}

export function schedulerHandlers(
  database: Database,
): Handlers<'scheduler.parts' | 'scheduler.room' | 'scheduler.withoutHost'> {
  return {
    'scheduler.parts': () => explainParts(getSettings(database).scheduler),
    'scheduler.room': (question) => {
      const request = requestOf(database, { ...question, hostChecks: true });
      return previewPlacement(readHostStates(database), request, policyOf(database), MOST_ROOM);
    },
    'scheduler.withoutHost': ({ ref }) => withoutHost(database, ref),
  };
}
