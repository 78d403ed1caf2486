import {
  ADMIN_PROJECT,
  type Parsed,
  type Project,
  type projectMethods,
  type Quota,
} from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Database, Reader, Tx } from '../state/database.ts';
import {
  DEFAULT_QUOTA,
  deleteProject,
  findProjects,
  insertProject,
  listProjects,
  readUsage,
  updateProject,
} from '../state/projects.ts';
import { refuseTaken, resolveOne } from './resolve.ts';
import type { Handlers } from './router.ts';

export function findProject(reader: Reader, ref: string, field?: string): Project {
  return resolveOne(findProjects(reader, ref), ref, {
    what: 'project',
    notFound: 'project.not_found',
    ...(field !== undefined && { field }),
  });
}

/**
 * The project that something new belongs to.
 * @param ref left out: the project `admin`
 * @throws ExpectedError `project.not_found`, `project.disabled`
 */
export function projectForNew(reader: Reader, ref: string = ADMIN_PROJECT): Project {
  const project = findProject(reader, ref, 'project');
  if (project.enabled) return project;
  throw new ExpectedError('project.disabled', `The project “${project.name}” is disabled.`, {
    field: 'project',
    remedy: 'Enable it, or choose another project.',
    details: { project: project.name },
  });
}

// zod writes a key that was left out as undefined only where it was given so; those must not wipe what there is.
function withQuota(quota: Quota, change: Parsed<'project.create'>['quota']): Quota {
  const given = Object.entries(change).filter(([, limit]) => limit !== undefined);
  return { ...quota, ...Object.fromEntries(given) };
}

function setProject(tx: Tx, { ref, name, description, enabled, quota }: Parsed<'project.set'>): Project {
  const project = findProject(tx, ref);
  if (name !== undefined) refuseTaken(findProjects(tx, name), name, 'project', project.id);
  return updateProject(tx, project, {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(enabled !== undefined && { enabled }),
    ...(quota !== undefined && { quota: withQuota(project.quota, quota) }),
  });
}

function refuseInUse(tx: Tx, project: Project): void {
  const { instances, serverGroups } = readUsage(tx, project.id);
  if (project.id !== ADMIN_PROJECT && instances + serverGroups === 0) return;
  const message =
    project.id === ADMIN_PROJECT
      ? `The project “${project.name}” is where everything goes that names no project: it cannot be deleted.`
      : `The project “${project.name}” still has ${instances} instances and ${serverGroups} server groups.`;
  throw new ExpectedError('project.in_use', message, {
    remedy:
      project.id === ADMIN_PROJECT
        ? 'Disable it, if nothing new is to be launched in it.'
        : 'Delete those first. Softly deleted instances count until they are reclaimed.',
    details: { instances, serverGroups },
  });
}

export function projectHandlers(database: Database): Handlers<keyof typeof projectMethods> {
  return {
    'project.list': () => listProjects(database),
    'project.usage': ({ ref }) => readUsage(database, findProject(database, ref).id),
    'project.create': ({ name, description, quota }) =>
      database.write((tx) => {
        refuseTaken(findProjects(tx, name), name, 'project');
        return insertProject(tx, {
          id: tx.uuid(),
          name,
          description,
          enabled: true,
          quota: withQuota(DEFAULT_QUOTA, quota),
          createdAt: tx.now(),
        });
      }),
    'project.set': (input) => database.write((tx) => setProject(tx, input)),
    'project.delete': ({ ref }) =>
      database.write((tx) => {
        const project = findProject(tx, ref);
        refuseInUse(tx, project);
        deleteProject(tx, project.id);
        return { id: project.id };
      }),
  };
}
