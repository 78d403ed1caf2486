import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isExpected } from '../../core/domain/errors.ts';
import { run } from '../lab/run.ts';
import { SshDaemon, SshWorld } from './ssh-daemon.ts';

let world: SshWorld;
let daemon: SshDaemon;
/** the daemon's two keys, and two that it does not have, as `type base64` */
const keys = { ed: '', rsa: '', otherEd: '', otherRsa: '' };

async function pair(name: string): Promise<string> {
  return (await world.publicKey(name)).split(' ').slice(0, 2).join(' ');
}

beforeAll(async () => {
  world = await SshWorld.create();
  daemon = await SshDaemon.start(world, [], ['ed25519', 'rsa']);
  await world.keygen('other-ed', 'ed25519');
  await world.keygen('other-rsa', 'rsa');
  keys.ed = await pair(`host-${daemon.port}-ed25519`);
  keys.rsa = await pair(`host-${daemon.port}-rsa`);
  keys.otherEd = await pair('other-ed');
  keys.otherRsa = await pair('other-rsa');
});

afterAll(() => world.end());

type Verdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** What OpenSSH itself makes of the files; with no way to log in it ends once the key has been judged. */
async function askOpenSsh(host: string): Promise<Verdict> {
  const options = [
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${join(world.environment.home, '.ssh', 'known_hosts')}`,
    'GlobalKnownHostsFile=/dev/null',
    'PreferredAuthentications=none',
    'BatchMode=yes',
  ];
  const config = join(world.environment.home, '.ssh', 'config');
  const argv = [
    'ssh',
    '-F',
    config,
    ...options.flatMap((option) => ['-o', option]),
    '-p',
    String(daemon.port),
  ];
  const { stderr } = await run([...argv, `root@${host}`], { allowFailure: true });
  if (/HOST KEY IS MARKED AS REVOKED|REVOKED HOST KEY/i.test(stderr)) return 'revoked';
  if (/IDENTIFICATION HAS CHANGED/.test(stderr)) return 'changed';
  if (/No .* host key is known/.test(stderr)) return 'unknown';
  if (/Permission denied/.test(stderr)) return 'known';
  throw new Error(`ssh said something new: ${stderr}`);
}

const CODES: Record<string, Verdict> = {
  'transport.auth_failed': 'known',
  'transport.host_key_unknown': 'unknown',
  'transport.host_key_changed': 'changed',
  'transport.host_key_revoked': 'revoked',
};

async function askMicronova(host: string): Promise<Verdict> {
  const nobody = { port: daemon.port, identityFiles: [join(world.folder, 'other-ed')], useAgent: false };
  const error: unknown = await world.dial({ ...nobody, address: host }).catch((thrown: unknown) => thrown);
  const verdict = isExpected(error) ? CODES[error.code] : undefined;
  if (verdict === undefined) throw new Error('Micronova said something else', { cause: error });
  return verdict;
}

interface Case {
  readonly name: string;
  /** `@ed` and so on stand for the keys, `$P` for the port */
  readonly lines: readonly string[];
  readonly host?: string;
  /** names to hash with ssh-keygen -H */
  readonly hash?: boolean;
  readonly verdict: Verdict;
}

const ALIAS = 'alias';

const CASES: Case[] = [
  { name: 'an empty file', lines: [], verdict: 'unknown' },
  { name: 'name and port', lines: ['[127.0.0.1]:$P <ed>'], verdict: 'known' },
  {
    name: 'a comment after the key',
    lines: ['# one', '', '[127.0.0.1]:$P <ed> me@here and more'],
    verdict: 'known',
  },
  { name: 'another key', lines: ['[127.0.0.1]:$P <otherEd>'], verdict: 'changed' },
  { name: 'only the RSA key known', lines: ['[127.0.0.1]:$P <rsa>'], verdict: 'known' },
  { name: 'another key of the second type', lines: ['[127.0.0.1]:$P <otherRsa>'], verdict: 'changed' },
  { name: 'both keys', lines: ['[127.0.0.1]:$P <rsa>', '[127.0.0.1]:$P <ed>'], verdict: 'known' },
  {
    name: 'an old and the new key',
    lines: ['[127.0.0.1]:$P <otherEd>', '[127.0.0.1]:$P <ed>'],
    verdict: 'known',
  },
  {
    name: 'the preferred key wrong, the other right',
    lines: ['[127.0.0.1]:$P <otherEd>', '[127.0.0.1]:$P <rsa>'],
    verdict: 'changed',
  },
  { name: 'another port', lines: ['[127.0.0.1]:1 <ed>'], verdict: 'unknown' },
  { name: 'the bare name with the key', lines: ['127.0.0.1 <ed>'], verdict: 'known' },
  { name: 'the bare name with another key', lines: ['127.0.0.1 <otherEd>'], verdict: 'unknown' },
  { name: 'a list of names', lines: ['nas,[127.0.0.1]:$P,[nas]:$P <ed>'], verdict: 'known' },
  { name: 'a pattern with *', lines: ['[127.*]:$P <ed>'], verdict: 'known' },
  { name: 'a pattern with ?', lines: ['[127.0.0.?]:$P <ed>'], verdict: 'known' },
  { name: 'a pattern that is too short', lines: ['[127.0.0]:$P <ed>'], verdict: 'unknown' },
  { name: 'a pattern for everything', lines: ['* <ed>'], verdict: 'known' },
  { name: 'a pattern with another key', lines: ['[127.*]:$P <otherEd>'], verdict: 'changed' },
  { name: 'a negated name', lines: ['*,![127.0.0.1]:$P <otherEd>'], verdict: 'unknown' },
  { name: 'negated bare, matched with port', lines: ['!127.0.0.1,[127.0.0.1]:$P <ed>'], verdict: 'known' },
  { name: 'a hashed name', lines: ['[127.0.0.1]:$P <ed>'], hash: true, verdict: 'known' },
  {
    name: 'a hashed name with another key',
    lines: ['[127.0.0.1]:$P <otherEd>'],
    hash: true,
    verdict: 'changed',
  },
  { name: 'a hashed bare name', lines: ['127.0.0.1 <ed>'], hash: true, verdict: 'known' },
  { name: 'a revoked key', lines: ['[127.0.0.1]:$P <ed>', '@revoked * <ed>'], verdict: 'revoked' },
  { name: 'another revoked key', lines: ['[127.0.0.1]:$P <ed>', '@revoked * <otherEd>'], verdict: 'known' },
  {
    name: 'the key revoked for another host',
    lines: ['[127.0.0.1]:$P <ed>', '@revoked nas <ed>'],
    verdict: 'known',
  },
  { name: 'a certificate authority', lines: ['@cert-authority * <ed>'], verdict: 'unknown' },
  { name: 'an unknown marker', lines: ['@trusted * <ed>'], verdict: 'unknown' },
  {
    name: 'broken lines before the right one',
    lines: ['[127.0.0.1]:$P', '[127.0.0.1]:$P ssh-ed25519 ###', 'x', '[127.0.0.1]:$P <ed>'],
    verdict: 'known',
  },
  { name: 'a type that is not the key’s', lines: ['[127.0.0.1]:$P ssh-rsa <edOnly>'], verdict: 'unknown' },
  { name: 'upper case in the file', lines: ['[LOCALHOST]:$P <ed>'], host: 'localhost', verdict: 'known' },
  { name: 'upper case in the address', lines: ['[localhost]:$P <ed>'], host: 'LocalHost', verdict: 'known' },
  {
    name: 'a name although the address is known',
    lines: ['[127.0.0.1]:$P <ed>'],
    host: 'localhost',
    verdict: 'unknown',
  },
  { name: 'an alias, which has no port', lines: ['nas.lan <ed>'], host: ALIAS, verdict: 'known' },
  { name: 'an alias with another key', lines: ['*.lan,!bad.lan <otherEd>'], host: ALIAS, verdict: 'changed' },
  { name: 'an alias, but with a port', lines: ['[nas.lan]:$P <ed>'], host: ALIAS, verdict: 'unknown' },
];

function fill(line: string): string {
  const values: Record<string, string> = { ...keys, edOnly: keys.ed.split(' ')[1] ?? '' };
  return line
    .replaceAll('$P', String(daemon.port))
    .replaceAll(/<(\w+)>/g, (_whole, name: string) => values[name] ?? '');
}

describe('host keys', () => {
  beforeEach(() => world.write('config', `Host ${ALIAS}\n  HostName 127.0.0.1\n  HostKeyAlias nas.lan\n`));

  it.each(CASES)(
    'judges $name as OpenSSH does: $verdict',
    async ({ lines, host = '127.0.0.1', hash, verdict }) => {
      await world.write('known_hosts', `${lines.map(fill).join('\n')}\n`);
      const file = join(world.environment.home, '.ssh', 'known_hosts');
      if (hash) await run(['ssh-keygen', '-H', '-f', file]);
      const [theirs, ours] = await Promise.all([askOpenSsh(host), askMicronova(host)]);
      expect({ theirs, ours }).toEqual({ theirs: verdict, ours: verdict });
    },
  );

  it('finds the names that ssh-keygen -F finds', async () => {
    await world.write('known_hosts', fill('[127.0.0.1]:$P <ed>\n'));
    const file = join(world.environment.home, '.ssh', 'known_hosts');
    const found = await run(['ssh-keygen', '-F', `[127.0.0.1]:${daemon.port}`, '-f', file]);
    expect(found.stdout).toContain(keys.ed);
  });

  it('tells fingerprint, type and place of an unknown key, as ssh-keygen -l does', async () => {
    await world.write('known_hosts', '');
    const file = join(world.folder, `host-${daemon.port}-ed25519.pub`);
    const [, printed] = (await run(['ssh-keygen', '-lf', file])).stdout.split(' ');
    await expect(world.dial({ port: daemon.port })).rejects.toMatchObject({
      code: 'transport.host_key_unknown',
      details: { fingerprint: printed, type: 'ssh-ed25519', address: `[127.0.0.1]:${daemon.port}` },
    });
  });

  it('takes the accepted key and no other, and keeps it in a file of its own', async () => {
    await world.write('known_hosts', '');
    const wrong = `SHA256:${'A'.repeat(43)}`;
    await expect(world.dial({ port: daemon.port }, { acceptHostKey: wrong })).rejects.toMatchObject({
      code: 'transport.host_key_unknown',
      message: expect.stringContaining(wrong),
    });
    (await world.dialTrusting({ port: daemon.port })).close();
    const own = world.knownHosts.file;
    expect(await readFile(own, 'utf8')).toBe(fill('[127.0.0.1]:$P <ed>\n'));
    expect((await stat(own)).mode & 0o777).toBe(0o600);
    expect(await readFile(join(world.environment.home, '.ssh', 'known_hosts'), 'utf8')).toBe('');
    (await world.dial({ port: daemon.port })).close();
  });

  it('refuses a changed key whatever is accepted, and names the line to take out', async () => {
    const file = join(world.environment.home, '.ssh', 'known_hosts');
    await world.write('known_hosts', fill('# old\n'));
    await appendFile(file, fill('[127.0.0.1]:$P <otherEd>\n'));
    const fingerprint = (
      await run(['ssh-keygen', '-lf', join(world.folder, `host-${daemon.port}-ed25519.pub`)])
    ).stdout;
    const fresh = await SshWorld.create();
    try {
      await fresh.write('known_hosts', await readFile(file, 'utf8'));
      const dialled = fresh.dial({ port: daemon.port }, { acceptHostKey: fingerprint.split(' ')[1] });
      await expect(dialled).rejects.toMatchObject({
        code: 'transport.host_key_changed',
        message: expect.stringContaining('known_hosts:2'),
        remedy: expect.stringContaining('ssh-keygen -R'),
      });
    } finally {
      await fresh.end();
    }
  });
});
