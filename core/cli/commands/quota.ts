import type { Command } from 'commander';
import { z } from 'zod';
import { ADMIN_PROJECT, type Project, type Quota, type QuotaUsage } from '../../contract/index.ts';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import type { Cell } from '../output/cells.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { findProject } from './project.ts';

type Resource = keyof Quota;

/** Resource, the option and column of the `openstack` client, and Nova's names in `limits show`. */
const RESOURCES: readonly {
  readonly resource: Resource;
  readonly name: string;
  readonly about: string;
  readonly max: string;
  readonly used: string | null;
}[] = [
  { resource: 'cores', name: 'cores', about: 'vCPUs', max: 'maxTotalCores', used: 'totalCoresUsed' },
  {
    resource: 'instances',
    name: 'instances',
    about: 'instances',
    max: 'maxTotalInstances',
    used: 'totalInstancesUsed',
  },
  {
    resource: 'keyPairs',
    name: 'key-pairs',
    about: 'key pairs; counted for the project admin only',
    max: 'maxTotalKeypairs',
    used: null,
  },
  {
    resource: 'metadataItems',
    name: 'properties',
    about: 'metadata items on one instance',
    max: 'maxServerMeta',
    used: null,
  },
  { resource: 'ram', name: 'ram', about: 'RAM in MiB', max: 'maxTotalRAMSize', used: 'totalRAMUsed' },
  {
    resource: 'serverGroupMembers',
    name: 'server-group-members',
    about: 'members of one server group',
    max: 'maxServerGroupMembers',
    used: null,
  },
  {
    resource: 'serverGroups',
    name: 'server-groups',
    about: 'server groups',
    max: 'maxServerGroups',
    used: 'totalServerGroupsUsed',
  },
];

function usedOf(usage: QuotaUsage, resource: Resource): number | null {
  return resource === 'metadataItems' || resource === 'serverGroupMembers' ? null : usage[resource];
}

const Limit = z
  .string()
  .regex(/^(-1|\d{1,10})$/, 'must be a whole number, or -1 for no limit')
  .transform(Number);

const Limits = z.object({
  cores: Limit.optional(),
  instances: Limit.optional(),
  keyPairs: Limit.optional(),
  properties: Limit.optional(),
  ram: Limit.optional(),
  serverGroupMembers: Limit.optional(),
  serverGroups: Limit.optional(),
});

async function read(session: Session, ref: string): Promise<{ project: Project; usage: QuotaUsage }> {
  const project = await findProject(session, ref);
  return { project, usage: await session.call('project.usage', { ref: project.id }) };
}

async function show(context: Context, ref: string, withUsage: boolean): Promise<void> {
  const { project, usage } = await read(await context.connect(), ref);
  const columns = ['Resource', 'Limit', 'In Use'];
  const rows = RESOURCES.map(({ resource, name }): Cell[] => [
    name,
    project.quota[resource],
    usedOf(usage, resource),
  ]);
  context.list(columns, rows, withUsage ? columns : ['Resource', 'Limit']);
}

async function set(
  context: Context,
  { project: ref, properties, ...typed }: z.output<typeof Limits> & { project: string },
): Promise<void> {
  const given = Object.entries({ ...typed, metadataItems: properties }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length === 0) throw new UsageError('nothing to set');
  const quota: Partial<Quota> = Object.fromEntries(given);
  await (await context.connect()).call('project.set', { ref, quota });
}

function limits({ project, usage }: { project: Project; usage: QuotaUsage }): Fields {
  const all = RESOURCES.flatMap(({ resource, max, used }): [string, Cell][] => [
    [max, project.quota[resource]],
    ...(used === null ? [] : [[used, usedOf(usage, resource)] as [string, Cell]]),
  ]);
  return all.toSorted(([a], [b]) => a.localeCompare(b));
}

function addLimits(program: Command, context: () => Context): void {
  addCommand(
    program.command('limits').description('What a project may have and has, under the names of Nova'),
    {
      usage: 'show',
      about: 'Show the limits of a project and how much of them is used',
      options: [
        option('--absolute', 'absolute limits (the only ones there are)'),
        option('--project <project>', 'project (default: admin)'),
      ],
      input: z.object({ absolute: Flag, project: Text.default(ADMIN_PROJECT) }),
      run: async (ctx, { project }) => {
        const rows = limits(await read(await ctx.connect(), project));
        ctx.list(
          ['Name', 'Value'],
          rows.map(([name, value]) => [name, value]),
        );
      },
    },
    context,
  );
}

export function addQuotas(program: Command, context: () => Context): void {
  const quota = program.command('quota').description('How much a project may have; -1 is no limit');
  addCommand(
    quota,
    {
      usage: 'show [project]',
      about: 'Show the quota of a project (default: admin)',
      options: [option('--usage', 'also how much of it is in use')],
      input: z.object({ project: Text.default(ADMIN_PROJECT), usage: Flag }),
      run: async (ctx, { project, usage }) => show(ctx, project, usage),
    },
    context,
  );
  addCommand(
    quota,
    {
      usage: 'set <project>',
      about: 'Change the quota of a project; what it has already stays, even where that is more',
      options: RESOURCES.map(({ name, about }) => option(`--${name} <limit>`, about)),
      input: Limits.extend({ project: Text }),
      run: set,
    },
    context,
  );
  addLimits(program, context);
}
