import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import type { HostTest, Input } from '../../contract/index.ts';
import { addCommand, Flag, option, repeatable, Text, Texts } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { connectWithHosts } from '../hosts-ready.ts';
import { canAsk } from '../io.ts';
import { AlreadyReported } from '../report.ts';
import { UsageError } from '../usage-error.ts';
import { hostFields, listSteps, parseAddress } from './host-model.ts';
import { type Answers, answerTest, readSecrets, secretsOf, testFailure } from './host-trust.ts';

type Address = Input<'host.add'>['address'];

const WAY_IN = {
  identity: Texts,
  jump: Texts,
  agent: z.boolean().default(true),
  uri: Text.optional(),
  socket: Text.optional(),
};
const SECRETS = { passwordStdin: Flag, passphraseStdin: Flag };
const ACCEPT = {
  acceptHostKey: z
    .string()
    .regex(
      /^SHA256:[A-Za-z0-9+/]{43}$/,
      'must be SHA256: and 43 letters and digits, as ssh-keygen -l prints it',
    )
    .optional(),
};

const wayInOptions = () => [
  repeatable('--identity <file>', 'private key file, tried in order'),
  repeatable('--jump <user@host:port>', 'jump host, the first hop first'),
  option('--no-agent', 'do not ask the SSH agent'),
  option('--uri <uri>', 'libvirt URI on the host (default qemu:///system)'),
  option('--socket <path>', "libvirt's socket on the host, where it is in no usual place"),
];
const secretOptions = () => [
  option('--password-stdin', 'read the password from standard input').conflicts('passphraseStdin'),
  option('--passphrase-stdin', "read the key file's passphrase from standard input"),
];
const rememberOption = () => option('--remember', "keep the secret in the operating system's key store");
const acceptOption = () =>
  option('--accept-host-key <fingerprint>', 'take this key, and no other, as the host’s');

const Add = z.object({
  name: Text,
  address: Text,
  ...WAY_IN,
  ...SECRETS,
  ...ACCEPT,
  remember: Flag,
  force: Flag,
});

// The shell leaves a tilde alone in `--identity=~/key`.
function expandFile(file: string): string {
  return file.startsWith('~/') ? join(homedir(), file.slice(2)) : resolve(file);
}

function toAddress(text: string, input: z.output<z.ZodObject<typeof WAY_IN>>): Address {
  const parsed = parseAddress(text);
  if (typeof parsed === 'string') {
    if (input.identity.length + input.jump.length > 0)
      throw new UsageError('this computer needs no SSH options');
    return { kind: 'local', uri: parsed === 'system' ? 'qemu:///system' : 'qemu:///session' };
  }
  return {
    kind: 'ssh',
    ...parsed,
    identityFiles: input.identity.map(expandFile),
    jumps: input.jump,
    useAgent: input.agent,
    ...(input.uri !== undefined && { uri: input.uri }),
    ...(input.socket !== undefined && { socket: input.socket }),
  };
}

/** Tries, and tries again with what the person added, until it works or there is nothing more to ask. */
async function withAnswers<T>(
  context: Context,
  first: Answers,
  attempt: (answers: Answers) => Promise<{ readonly test: HostTest; readonly value: T }>,
): Promise<{ readonly test: HostTest; readonly value: T }> {
  for (let answers = first; ;) {
    const tried = await attempt(answers);
    const more = await answerTest(context, tried.test, answers);
    if (more === null) return tried;
    answers = more;
  }
}

async function firstAnswers(
  context: Context,
  input: { passwordStdin: boolean; passphraseStdin: boolean; acceptHostKey?: string | undefined },
): Promise<Answers> {
  const secrets = await readSecrets(context, input);
  return input.acceptHostKey === undefined ? secrets : { ...secrets, acceptHostKey: input.acceptHostKey };
}

function accepted({ acceptHostKey }: Answers): { acceptHostKey?: string } {
  return acceptHostKey === undefined ? {} : { acceptHostKey };
}

async function add(context: Context, input: z.output<typeof Add>): Promise<void> {
  const { name, remember } = input;
  const address = toAddress(input.address, input);
  const first = await firstAnswers(context, input);
  const session = await context.connect();
  let given = first;
  const attempt = async (answers: Answers, force: boolean) => {
    given = answers;
    const { host, test } = await session.call('host.add', {
      name,
      address,
      force,
      ...accepted(answers),
      ...secretsOf(answers, remember),
    });
    return { test, value: host };
  };
  // Who forces it is still asked what would make it work, where there is somebody to ask.
  let outcome =
    input.force && !canAsk(context.io)
      ? await attempt(first, true)
      : await withAnswers(context, first, (answers) => attempt(answers, false));
  if (outcome.value === null && input.force) outcome = await attempt(given, true);
  for (const step of outcome.test.steps.filter((one) => one.result === 'warning')) {
    context.note(`Warning: ${step.step}: ${step.detail}${step.remedy === null ? '' : ` ${step.remedy}`}`);
  }
  if (outcome.value === null) throw testFailure(outcome.test);
  context.show(hostFields(outcome.value));
}

const Test = z.object({ host: Text, ...WAY_IN, ...SECRETS, ...ACCEPT });

async function runTest(context: Context, input: z.output<typeof Test>): Promise<void> {
  const isAddress = input.host.includes('://');
  const target = isAddress ? { address: toAddress(input.host, input) } : { ref: input.host };
  const first = await firstAnswers(context, input);
  const session = await context.connect();
  const { value } = await withAnswers(context, first, async (answers) => {
    const result = await session.call('host.test', {
      ...target,
      ...accepted(answers),
      ...secretsOf(answers),
    });
    return { test: result, value: result };
  });
  listSteps(context, value);
  if (!value.ok) throw new AlreadyReported('the test failed');
}

async function connect(
  context: Context,
  input: { host: string; passwordStdin: boolean; passphraseStdin: boolean; remember: boolean },
): Promise<void> {
  const answers = await readSecrets(context, input);
  const session = await connectWithHosts(context);
  const host = await session.call('host.connect', { ref: input.host, ...secretsOf(answers, input.remember) });
  context.show(hostFields(host));
}

export function addHostDoors(host: Command, context: () => Context): void {
  addCommand(
    host,
    {
      usage: 'add <name> <address>',
      about: 'Test the way to a host and add it. ADDRESS is ssh://USER@ADDRESS[:PORT] or qemu:///system',
      options: [
        ...wayInOptions(),
        acceptOption(),
        ...secretOptions(),
        rememberOption(),
        option('--force', 'add it even if the test fails'),
      ],
      input: Add,
      run: add,
    },
    context,
  );
  addCommand(
    host,
    {
      usage: 'test <host>',
      about: 'Test the way to a host step by step: one that was added, or ssh://USER@ADDRESS[:PORT]',
      options: [...wayInOptions(), acceptOption(), ...secretOptions()],
      input: Test,
      run: runTest,
    },
    context,
  );
  addCommand(
    host,
    {
      usage: 'connect <host>',
      about: 'Try to reach a host now, with a secret if it asked for one',
      options: [...secretOptions(), rememberOption()],
      input: z.object({ host: Text, ...SECRETS, remember: Flag }),
      run: connect,
    },
    context,
  );
}
