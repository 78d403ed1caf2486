import type { HostSecrets, HostTest } from '../../contract/index.ts';
import { ExpectedError, fromErrorBody } from '../../domain/errors.ts';
import type { Context } from '../context.ts';
import { canAsk } from '../io.ts';
import { askSecret, askYesNo, readSecret } from '../prompt.ts';

/** What a test of the way in may need from the person, beside the address. */
export interface Answers {
  acceptHostKey?: string;
  password?: string;
  passphrase?: string;
}

export interface SecretOptions {
  readonly passwordStdin: boolean;
  readonly passphraseStdin: boolean;
}

/** Secrets come through standard input or the terminal, never through arguments. */
export async function readSecrets(context: Context, options: SecretOptions): Promise<Answers> {
  if (options.passwordStdin) return { password: await readSecret(context) };
  if (options.passphraseStdin) return { passphrase: await readSecret(context) };
  return {};
}

export function secretsOf(answers: Answers, remember = false): { secrets?: HostSecrets } {
  const { password, passphrase } = answers;
  if (password === undefined && passphrase === undefined) return {};
  return {
    secrets: {
      remember,
      ...(password !== undefined && { password }),
      ...(passphrase !== undefined && { passphrase }),
    },
  };
}

const ACCEPT = '--accept-host-key';

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

type UnknownKey = NonNullable<HostTest['unknownHostKey']>;

function notTheGiven(given: string | undefined): string {
  return given === undefined ? '' : ` The key that you gave, ${given}, is another.`;
}

function refuseKey(context: Context, key: UnknownKey, given: string | undefined): ExpectedError {
  // An earlier answer was for another host on the way, whose key is stored by now.
  const typed = context.argv.filter((word, n, all) => {
    return !word.startsWith(ACCEPT) && all[n - 1] !== ACCEPT;
  });
  const command = ['micronova', ...typed, ACCEPT, key.fingerprint].map(shellWord);
  return new ExpectedError(
    'transport.host_key_unknown',
    `${key.address} is not known here. It shows the ${key.type} key ${key.fingerprint}.${notTheGiven(given)}`,
    { remedy: `Compare it with the host's own, then repeat:\n  ${command.join(' ')}` },
  );
}

async function acceptKey(context: Context, key: UnknownKey, given: string | undefined): Promise<string> {
  if (!canAsk(context.io)) throw refuseKey(context, key, given);
  const warning = notTheGiven(given);
  context.note(
    `${key.address} is not known here. It shows this ${key.type} key:\n  ${key.fingerprint}${warning && `\n${warning.trim()}`}`,
  );
  if (await askYesNo(context, 'Is it the right one?')) return key.fingerprint;
  throw new ExpectedError('transport.host_key_unknown', 'The host key was not accepted.');
}

async function giveSecret(context: Context, kind: 'password' | 'passphrase'): Promise<Answers> {
  if (!canAsk(context.io)) {
    const message =
      kind === 'password' ? 'The host asks for a password.' : 'The key file needs its passphrase.';
    throw new ExpectedError('transport.passphrase_needed', message, {
      remedy: `Run this on a terminal, or give it through standard input with --${kind}-stdin.`,
    });
  }
  return {
    [kind]: await askSecret(context, kind === 'password' ? 'Password' : 'Passphrase of the key file'),
  };
}

/**
 * What the person adds so that a failed test may be repeated; null when there is nothing to ask.
 * @throws ExpectedError when there is nobody to ask, with the command to type instead
 */
export async function answerTest(context: Context, test: HostTest, given: Answers): Promise<Answers | null> {
  if (test.ok) return null;
  if (test.unknownHostKey !== null && test.unknownHostKey.fingerprint !== given.acceptHostKey) {
    return { ...given, acceptHostKey: await acceptKey(context, test.unknownHostKey, given.acceptHostKey) };
  }
  // Asked once: a wrong one is told with the step that failed.
  if (test.needs !== null && given[test.needs] === undefined) {
    return { ...given, ...(await giveSecret(context, test.needs)) };
  }
  return null;
}

/** Why a test failed: its failing step's own error. */
export function testFailure(test: HostTest): ExpectedError {
  const failed = test.steps.find((step) => step.result === 'failed');
  if (failed?.error) return fromErrorBody(failed.error);
  return new ExpectedError('host.unavailable', failed?.detail ?? 'The test of the host failed.', {
    remedy: failed?.remedy ?? undefined,
  });
}
