import type { Command } from 'commander';
import { z } from 'zod';
import { resolveOne } from '../../api/resolve.ts';
import { GroupPolicy, type ServerGroup } from '../../contract/index.ts';
import { addCommand, Flag, option, Pairs, repeatable, Text } from '../command-spec.ts';
import type { Context, Fields } from '../context.ts';
import { forEach } from '../each.ts';
import type { Cell } from '../output/cells.ts';
import { UsageError } from '../usage-error.ts';

const LONG = ['ID', 'Name', 'Policy', 'Members', 'Project Id'];
const SHORT = LONG.slice(0, 3);

const RULE = 'max_server_per_host';

function row({ id, name, policy, memberIds, projectId }: ServerGroup): Cell[] {
  return [id, name, policy, memberIds, projectId];
}

/** As `openstack server group show` has them; a rule is anti-affinity's alone. */
function fields(one: ServerGroup): Fields {
  return [
    ['id', one.id],
    ['members', one.memberIds],
    ['name', one.name],
    ['policy', one.policy],
    ['project_id', one.projectId],
    ['rules', one.policy === 'anti-affinity' ? { [RULE]: one.maxServerPerHost } : {}],
  ];
}

const Create = z.object({
  name: Text,
  policy: GroupPolicy.default('affinity'),
  rule: Pairs,
  project: Text.optional(),
});

function limitOf(rules: Readonly<Record<string, string>>): number | undefined {
  for (const [key, value] of Object.entries(rules)) {
    if (key !== RULE) throw new UsageError(`--rule takes ${RULE}=NUMBER; there is no rule “${key}”`);
    if (!/^\d{1,4}$/.test(value)) throw new UsageError(`${RULE} must be a whole number, not “${value}”`);
    return Number(value);
  }
  return undefined;
}

async function create(
  context: Context,
  { name, policy, rule, project }: z.output<typeof Create>,
): Promise<void> {
  const maxServerPerHost = limitOf(rule);
  const session = await context.connect();
  const rest = {
    ...(maxServerPerHost !== undefined && { maxServerPerHost }),
    ...(project !== undefined && { project }),
  };
  context.show(fields(await session.call('serverGroup.create', { name, policy, ...rest })));
}

function addReads(group: Command, context: () => Context): void {
  addCommand(
    group,
    {
      usage: 'list',
      about: 'List server groups',
      options: [option('--long', 'more columns')],
      input: z.object({ long: Flag }),
      run: async (ctx, { long }) => {
        const groups = await (await ctx.connect()).call('serverGroup.list', {});
        ctx.list(LONG, groups.map(row), long ? LONG : SHORT);
      },
    },
    context,
  );
  addCommand(
    group,
    {
      usage: 'show <group>',
      about: 'Show one server group',
      input: z.object({ group: Text }),
      run: async (ctx, { group: ref }) => {
        const all = await (await ctx.connect()).call('serverGroup.list', {});
        const found = all.filter(({ id, name }) => id === ref || name === ref);
        const kind = { what: 'server group', notFound: 'server_group.not_found' } as const;
        ctx.show(fields(resolveOne(found, ref, kind)));
      },
    },
    context,
  );
}

export function addServerGroups(server: Command, context: () => Context): void {
  const group = server.command('group').description('Instances that belong together, or apart');
  addCommand(
    group,
    {
      usage: 'create <name>',
      about: 'Create a server group',
      options: [
        option('--policy <policy>', 'what holds for its members (default affinity)').choices(
          GroupPolicy.options,
        ),
        repeatable('--rule <key=value>', `for anti-affinity: ${RULE}=NUMBER on one host (default 1)`),
        option('--project <project>', 'project that it belongs to (default: admin)'),
      ],
      input: Create,
      run: create,
    },
    context,
  );
  addReads(group, context);
  addCommand(
    group,
    {
      usage: 'delete <group...>',
      about: 'Delete server groups that have no members',
      input: z.object({ group: z.array(z.string()) }),
      run: async (ctx, { group: refs }) => {
        const session = await ctx.connect();
        await forEach(ctx, refs, (ref) => session.call('serverGroup.delete', { ref }));
      },
    },
    context,
  );
}
