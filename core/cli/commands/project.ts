import type { Command } from 'commander';
import { z } from 'zod';
import { ADMIN_PROJECT, type Project } from '../../contract/index.ts';
import { fromErrorBody } from '../../domain/errors.ts';
import { addCommand, Flag, option, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { forEach } from '../each.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';

/** The one that a name or id means, as the API resolves it: an id always means itself. */
export async function findProject(session: Session, ref: string): Promise<Project> {
  const all = await session.call('project.list', {});
  const found = all.find((one) => one.id === ref) ?? all.find((one) => one.name === ref);
  if (found !== undefined) return found;
  throw fromErrorBody({ code: 'project.not_found', message: `There is no project “${ref}”.` });
}

/** The fields of `openstack project show` that exist here, in its order. */
function fields(one: Project): Fields {
  return [
    ['created_at', one.createdAt],
    ['description', one.description],
    ['enabled', one.enabled],
    ['id', one.id],
    ['name', one.name],
  ];
}

const switches = [
  option('--enable', 'let new instances in').conflicts('disable'),
  option('--disable', 'let no new instances in; those that there are go on'),
];

function enabledBy({ enable, disable }: { enable: boolean; disable: boolean }): boolean | undefined {
  return enable ? true : disable ? false : undefined;
}

function addReads(project: Command, context: () => Context): void {
  addCommand(
    project,
    {
      usage: 'list',
      about: 'List projects',
      options: [option('--long', 'more columns')],
      input: z.object({ long: Flag }),
      run: async (ctx, { long }) => {
        const all = await (await ctx.connect()).call('project.list', {});
        ctx.list(
          ['ID', 'Name', 'Description', 'Enabled'],
          all.map((one) => [one.id, one.name, one.description, one.enabled]),
          long ? undefined : ['ID', 'Name'],
        );
      },
    },
    context,
  );
  addCommand(
    project,
    {
      usage: 'show <project>',
      about: 'Show one project; its quota is in “quota show”',
      input: z.object({ project: Text }),
      run: async (ctx, { project: ref }) => ctx.show(fields(await findProject(await ctx.connect(), ref))),
    },
    context,
  );
}

const Create = z.object({ name: Text, description: Text.optional(), enable: Flag, disable: Flag });

async function create(
  context: Context,
  { name, description, ...on }: z.output<typeof Create>,
): Promise<void> {
  const session = await context.connect();
  const made = await session.call('project.create', { name, description: description ?? null });
  if (enabledBy(on) !== false) return context.show(fields(made));
  context.show(fields(await session.call('project.set', { ref: made.id, enabled: false })));
}

const Change = Create.extend({ name: Text.optional(), project: Text });

async function change(context: Context, { project: ref, ...typed }: z.output<typeof Change>): Promise<void> {
  const enabled = enabledBy(typed);
  const set = {
    ...(typed.name !== undefined && { name: typed.name }),
    ...(typed.description !== undefined && { description: typed.description }),
    ...(enabled !== undefined && { enabled }),
  };
  if (Object.keys(set).length === 0) throw new UsageError('nothing to set');
  await (await context.connect()).call('project.set', { ref, ...set });
}

function addWrites(project: Command, context: () => Context): void {
  addCommand(
    project,
    {
      usage: 'create <name>',
      about: "Create a project, with the quota that Nova's projects begin with",
      options: [option('--description <text>', 'description'), ...switches],
      input: Create,
      run: create,
    },
    context,
  );
  addCommand(
    project,
    {
      usage: 'set <project>',
      about: 'Change a project',
      options: [
        option('--name <name>', 'new name'),
        option('--description <text>', 'description'),
        ...switches,
      ],
      input: Change,
      run: change,
    },
    context,
  );
  addCommand(
    project,
    {
      usage: 'delete <project...>',
      about: 'Delete projects that nothing is in any more',
      input: z.object({ project: z.array(z.string()) }),
      run: async (ctx, { project: refs }) => {
        const session = await ctx.connect();
        await forEach(ctx, refs, (ref) => session.call('project.delete', { ref }));
      },
    },
    context,
  );
}

export function addProjects(program: Command, context: () => Context): void {
  const project = program
    .command('project')
    .description(
      `Groups of instances with a quota each; what names none belongs to “admin” (${ADMIN_PROJECT})`,
    );
  addReads(project, context);
  addWrites(project, context);
}
