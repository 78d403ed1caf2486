import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { Output } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { addCommand, Flag, option, Pairs, repeatable, Text, Whole } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { followTasks, taskFailure } from '../follow-tasks.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { showPreview } from './decision.ts';
import { HOST_OPTIONS, PLACE_OPTIONS, Where, whereOf } from './launch-where.ts';
import { SERVER_COLUMNS, serverFields, serverRow, SHORT_COLUMNS } from './server-model.ts';

const Create = Where.extend({
  name: Text,
  flavor: Text,
  image: Text,
  keyName: Text.optional(),
  userData: Text.optional(),
  property: Pairs,
  min: Whole.optional(),
  max: Whole.optional(),
  project: Text.optional(),
  wait: Flag,
  dryRun: Flag,
});
type Create = z.output<typeof Create>;

/** Nova builds as many of `--max` as the quota lets it, and fails below `--min`; here it is all of them or none. */
function countOf({ min, max }: Create): number {
  if (min !== undefined && max !== undefined && min > max) {
    throw new UsageError('--min must not be above --max');
  }
  return max ?? min ?? 1;
}

/** A file as base64. @throws ExpectedError `bad_input` */
export async function readUserData(file: string): Promise<string> {
  try {
    return (await readFile(file)).toString('base64');
  } catch (cause) {
    throw new ExpectedError('bad_input', `The user data file ${file} cannot be read.`, {
      field: 'userData',
      cause,
    });
  }
}

async function refresh(session: Session, accepted: Output<'instance.create'>): Promise<typeof accepted> {
  return Promise.all(
    accepted.map(async (one) => ({
      ...one,
      instance: await session.call('instance.show', { ref: one.instance.id }),
    })),
  );
}

async function createServer(context: Context, input: Create): Promise<void> {
  const { name, flavor, image, project } = input;
  const count = countOf(input);
  const where = { ...whereOf(input), ...(project !== undefined && { project }) };
  const userData = input.userData === undefined ? undefined : await readUserData(input.userData);
  const session = await connectWithHosts(context);
  if (input.dryRun) {
    const question = { flavor, image, count, metadata: input.property, ...where };
    const preview = await session.call('instance.preview', question);
    return showPreview(context, preview, count);
  }
  let accepted = await session.call('instance.create', {
    name,
    flavor,
    image,
    keyName: input.keyName ?? null,
    count,
    metadata: input.property,
    ...where,
    ...(userData !== undefined && { userData }),
  });
  const tasks = input.wait
    ? await followTasks(
        context,
        accepted.map((one) => one.taskId),
      )
    : [];
  if (input.wait) accepted = await refresh(session, accepted);
  const [first] = accepted;
  if (accepted.length === 1 && first !== undefined) context.show(serverFields(first.instance));
  else
    context.list(
      SERVER_COLUMNS,
      accepted.map((one) => serverRow(one.instance)),
      SHORT_COLUMNS,
    );
  const failure = tasks.map(taskFailure).find((one) => one !== null);
  if (failure) throw failure;
}

export function addServerCreate(server: Command, context: () => Context): void {
  addCommand(
    server,
    {
      usage: 'create <name>',
      about: 'Create one instance or several',
      options: [
        option('--flavor <flavor>', 'flavor').makeOptionMandatory(),
        option('--image <image>', 'image to boot from').makeOptionMandatory(),
        option('--key-name <key>', 'key pair to let in'),
        option('--user-data <file>', 'file with user data, e.g. a cloud-config'),
        repeatable('--property <key=value>', 'metadata'),
        option('--min <count>', 'how many, if --max does not say'),
        option('--max <count>', 'how many; their names get -1, -2, …'),
        ...HOST_OPTIONS,
        ...PLACE_OPTIONS,
        option('--project <project>', 'project that it belongs to (default: admin)'),
        option('--wait', 'wait until it is active'),
        option('--dry-run', 'only show what the scheduler would decide'),
      ],
      input: Create,
      run: createServer,
    },
    context,
  );
}
