import type { HostAddress } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { agentPath, type Environment, sshFiles } from './platform.ts';
import { expandTokens, lookupSshConfig, type SshOptions } from './ssh-config-file.ts';

export type SshAddress = Extract<HostAddress, { kind: 'ssh' }>;

/** One SSH connection of the way: a jump host, or at last the host itself. */
export interface Hop {
  /** name or address to connect to */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** as the person knows it, e.g. `root@nas:22` */
  readonly label: string;
  /** under which name and port the key is looked up in known_hosts */
  readonly keyName: { readonly host: string; readonly port: number };
  readonly identityFiles: readonly string[];
  /** the files were named by somebody, so one that is missing is worth a word */
  readonly identitiesNamed: boolean;
  /** of the agent's keys, offer those of the identity files alone */
  readonly identitiesOnly: boolean;
  /** socket or pipe; null: no agent */
  readonly agent: string | null;
  readonly isJump: boolean;
}

interface Wanted {
  readonly alias: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly identityFiles: readonly string[];
  readonly useAgent: boolean;
  readonly isJump: boolean;
}

const DEFAULT_PORT = 22;
const MOST_HOPS = 8;

function badJump(text: string): ExpectedError {
  return new ExpectedError('bad_input', `"${text}" is no jump host.`, {
    field: 'address.jumps',
    remedy:
      'Write it as USER@HOST:PORT; user and port may be left out, an IPv6 address stands in [brackets].',
  });
}

/** `[ssh://][USER@]HOST[:PORT]`, an IPv6 address in brackets. */
export function parseJump(text: string): { host: string; port?: number; user?: string } {
  const match =
    /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([0-9A-Fa-f:.%\w-]+)\]|([^:@\s[\]/]+))(?::(\d{1,5}))?\/?$/.exec(
      text.trim(),
    );
  const host = match?.[2] ?? match?.[3];
  if (match === null || host === undefined) throw badJump(text);
  const port = match[4] === undefined ? undefined : Number(match[4]);
  if (port !== undefined && (port < 1 || port > 65_535)) throw badJump(text);
  return { host, ...(port !== undefined && { port }), ...(match[1] !== undefined && { user: match[1] }) };
}

function parsePort(text: string | undefined, alias: string): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new ExpectedError('bad_input', `The SSH configuration gives ${alias} the port "${text}".`, {
    remedy: 'Correct the Port line in ~/.ssh/config, or give the port here.',
  });
}

function identityFiles(wanted: Wanted, config: SshOptions, expand: (value: string) => string): string[] {
  // The host's own list is explicit and stands alone; a jump host has only what the configuration says to go before it.
  const configured = config.identityFiles.filter((file) => file !== 'none').map(expand);
  if (!wanted.isJump && wanted.identityFiles.length > 0) return wanted.identityFiles.map(expand);
  return [...new Set([...configured, ...wanted.identityFiles.map(expand)])];
}

function agentOf(
  wanted: Wanted,
  config: SshOptions,
  environment: Environment,
  expand: (s: string) => string,
) {
  if (!wanted.useAgent || config.identityAgent === 'none') return null;
  const named = config.identityAgent;
  if (named === undefined || named === 'SSH_AUTH_SOCK') return agentPath(environment);
  return named.startsWith('$') ? (environment.env[named.slice(1)] ?? null) : expand(named);
}

function makeHop(wanted: Wanted, config: SshOptions, environment: Environment): Hop {
  const user = wanted.user ?? config.user ?? environment.username;
  const port = wanted.port ?? parsePort(config.port, wanted.alias) ?? DEFAULT_PORT;
  const bare = wanted.alias.replace(/^\[(.*)\]$/, '$1');
  // An address may itself hold a %, before its zone.
  const host = config.hostName ? expandTokens(config.hostName, { h: bare, n: bare }, environment) : bare;
  const tokens = { h: host, n: bare, p: String(port), r: user, u: environment.username, d: environment.home };
  const expand = (value: string): string => expandTokens(value, tokens, environment);
  const files = identityFiles(wanted, config, expand);
  return {
    host,
    port,
    user,
    label: `${user}@${bare.includes(':') ? `[${bare}]` : bare}:${port}`,
    // An alias stands alone in known_hosts, without a port.
    keyName: config.hostKeyAlias ? { host: config.hostKeyAlias, port: DEFAULT_PORT } : { host, port },
    identityFiles: files.length > 0 ? files : sshFiles(environment).identities,
    identitiesNamed: files.length > 0,
    identitiesOnly: config.identitiesOnly?.toLowerCase() === 'yes',
    agent: agentOf(wanted, config, environment, expand),
    isJump: wanted.isJump,
  };
}

function configuredJumps(
  config: SshOptions,
  tokens: Record<string, string>,
  environment: Environment,
): string[] {
  const value = config.proxyJump;
  if (value === undefined || value.toLowerCase() === 'none') return [];
  return value.split(',').map((jump) => expandTokens(jump.trim(), tokens, environment));
}

function refuseProxyCommand(config: SshOptions, alias: string): void {
  if (config.proxyCommand === undefined || config.proxyCommand.toLowerCase() === 'none') return;
  throw new ExpectedError('not_supported', `~/.ssh/config reaches ${alias} by a ProxyCommand.`, {
    remedy: 'Micronova runs no commands. Use ProxyJump there, or name the jump hosts here.',
  });
}

/**
 * The way to a host: its jump hosts in order, then the host. What the address says wins over `~/.ssh/config`.
 * @throws ExpectedError `bad_input`, `not_supported`
 */
export async function planRoute(address: SshAddress, environment: Environment): Promise<Hop[]> {
  const hops: Hop[] = [];
  const add = async (wanted: Wanted, jumps: readonly string[]): Promise<void> => {
    const config = await lookupSshConfig(wanted.alias, wanted.user, environment);
    const hop = makeHop(wanted, config, environment);
    const tokens = { h: hop.host, n: wanted.alias, p: String(hop.port), r: hop.user };
    // An earlier hop is the way to this one, whatever the configuration says. As with ssh -J A,B.
    const before = jumps.length > 0 || hops.length > 0 ? jumps : configuredJumps(config, tokens, environment);
    if (before.length === 0 && hops.length === 0 && config.proxyJump === undefined) {
      refuseProxyCommand(config, wanted.alias);
    }
    hopsLeft -= 1;
    if (hopsLeft < 0) throw tooManyHops(address.address);
    for (const text of before) {
      const { host, port, user } = parseJump(text);
      const { identityFiles: files, useAgent } = address;
      await add({ alias: host, port, user, identityFiles: files, useAgent, isJump: true }, []);
    }
    hops.push(hop);
  };
  let hopsLeft = MOST_HOPS;
  await add(
    { ...address, alias: address.address, port: address.port, user: address.user, isJump: false },
    address.jumps,
  );
  return hops;
}

function tooManyHops(address: string): ExpectedError {
  return new ExpectedError('bad_input', `The way to ${address} has more than ${MOST_HOPS} jump hosts.`, {
    remedy: 'Look for two ProxyJump lines in ~/.ssh/config that lead to each other.',
  });
}
