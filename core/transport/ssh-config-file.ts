import { glob, readFile } from 'node:fs/promises';
import { parse } from 'ssh-config';
import { ExpectedError } from '../domain/errors.ts';
import { matchesPatternList } from './known-hosts.ts';
import { type Environment, pathRules, sshFiles } from './platform.ts';

/** What the configuration says about one host. The first value found counts; identity files add up. ssh_config(5). */
export interface SshOptions {
  hostName?: string;
  user?: string;
  port?: string;
  identityFiles: string[];
  identitiesOnly?: string;
  identityAgent?: string;
  proxyJump?: string;
  proxyCommand?: string;
  hostKeyAlias?: string;
}

type Single = Exclude<keyof SshOptions, 'identityFiles'>;

const SINGLE: Readonly<Record<string, Single>> = {
  hostname: 'hostName',
  user: 'user',
  port: 'port',
  identitiesonly: 'identitiesOnly',
  identityagent: 'identityAgent',
  proxyjump: 'proxyJump',
  proxycommand: 'proxyCommand',
  hostkeyalias: 'hostKeyAlias',
};

// The same bound as OpenSSH's READCONF_MAX_DEPTH.
const DEEPEST_INCLUDE = 16;

interface Directive {
  readonly name: string;
  readonly words: readonly string[];
}

interface Query {
  readonly alias: string;
  readonly user: string | undefined;
  readonly environment: Environment;
  readonly options: SshOptions;
}

interface Source {
  readonly file: string;
  /** the folder to which relative includes belong */
  readonly base: string;
  readonly depth: number;
}

/** The `ssh-config` part reads one line at a time: given a whole file it lets one bad line swallow the next. */
function readDirective(text: string, place: string): Directive | null {
  const line = text.trim();
  if (line === '' || line.startsWith('#')) return null;
  try {
    const node = parse(line)[0];
    if (node === undefined || !('param' in node) || node.param === '') return null;
    const words = typeof node.value === 'string' ? [node.value] : node.value.map((word) => word.val);
    return { name: node.param.toLowerCase(), words: words.filter((word) => word !== '') };
  } catch (error) {
    throw new ExpectedError('bad_input', `${place} cannot be understood: ${line}`, {
      cause: error,
      remedy: `Mend that line; "ssh -G localhost" shows what OpenSSH makes of the file.`,
    });
  }
}

async function readConfig(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw new ExpectedError('bad_input', `The SSH configuration ${file} cannot be read.`, {
      cause: error,
      remedy: `Make ${file} readable for your account.`,
    });
  }
}

/** `Match` criteria that can be judged without running a command; any other makes the block count for nobody. */
function matches(words: readonly string[], query: Query): boolean {
  const subjects: Readonly<Record<string, string>> = {
    host: query.options.hostName ?? query.alias,
    originalhost: query.alias,
    user: query.user ?? query.options.user ?? query.environment.username,
    localuser: query.environment.username,
  };
  const rest = [...words];
  while (rest.length > 0) {
    const word = (rest.shift() ?? '').toLowerCase();
    if (word === 'all') continue;
    const negated = word.startsWith('!');
    const subject = subjects[negated ? word.slice(1) : word];
    const patterns = rest.shift();
    if (subject === undefined || patterns === undefined) return false;
    if (matchesPatternList(patterns.split(','), subject) === negated) return false;
  }
  return words.length > 0;
}

function expandTilde(path: string, environment: Environment): string {
  return path.replace(/^~(?=$|[/\\])/, () => environment.home);
}

async function includedFiles(pattern: string, source: Source, environment: Environment): Promise<string[]> {
  const path = pathRules(environment);
  const full = path.resolve(source.base, expandTilde(pattern, environment));
  if (!/[*?[]/.test(full)) return [full];
  const found: string[] = [];
  // Node's globs want slashes on every system.
  for await (const file of glob(full.replaceAll('\\', '/'))) found.push(file);
  return found.toSorted();
}

async function include(words: readonly string[], source: Source, query: Query): Promise<void> {
  if (source.depth >= DEEPEST_INCLUDE) {
    throw new ExpectedError('bad_input', `${source.file} includes itself, or too deep.`, {
      remedy: 'Take the Include line out that leads back to the file.',
    });
  }
  for (const pattern of words.flatMap((word) => word.split(/\s+/))) {
    for (const file of await includedFiles(pattern, source, query.environment)) {
      await applyFile({ ...source, file, depth: source.depth + 1 }, query);
    }
  }
}

function applyOption({ name, words }: Directive, options: SshOptions): void {
  const value = words.join(' ');
  if (value === '') return;
  if (name === 'identityfile') {
    options.identityFiles.push(value);
    return;
  }
  const key = SINGLE[name];
  if (key !== undefined) options[key] ??= value;
}

async function applyFile(source: Source, query: Query): Promise<void> {
  const text = await readConfig(source.file);
  let active = true;
  for (const [index, line] of (text ?? '').split(/\r?\n/).entries()) {
    const directive = readDirective(line, `${source.file}:${index + 1}`);
    if (directive === null) continue;
    const { name, words } = directive;
    if (name === 'host') active = matchesPatternList(words, query.alias);
    else if (name === 'match') active = matches(words, query);
    else if (!active) continue;
    else if (name === 'include') await include(words, source, query);
    else applyOption(directive, query.options);
  }
}

/**
 * What `~/.ssh/config` and the system's file say about a host, Include followed.
 * @param user an explicit user, for `Match user`
 * @throws ExpectedError `bad_input` with file and line
 */
export async function lookupSshConfig(
  alias: string,
  user: string | undefined,
  environment: Environment,
): Promise<SshOptions> {
  const { folder, userConfig, systemConfig } = sshFiles(environment);
  const query: Query = { alias, user, environment, options: { identityFiles: [] } };
  await applyFile({ file: userConfig, base: folder, depth: 0 }, query);
  await applyFile(
    { file: systemConfig, base: pathRules(environment).dirname(systemConfig), depth: 0 },
    query,
  );
  return query.options;
}

/** Replaces the tokens and `${NAME}` of a value. ssh_config(5), TOKENS and ENVIRONMENT VARIABLES. */
export function expandTokens(
  value: string,
  tokens: Readonly<Record<string, string>>,
  environment: Environment,
): string {
  const expanded = value
    .replaceAll(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? whole)))
    .replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => environment.env[name] ?? whole);
  return expandTilde(expanded, environment);
}
