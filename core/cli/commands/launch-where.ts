import { z } from 'zod';
import type { SchedulerHints } from '../../contract/index.ts';
import { Flag, option, repeatable, Text, Texts } from '../command-spec.ts';
import { UsageError } from '../usage-error.ts';

/** The options of a launch that say where; all but the host, which some questions leave out. */
export const PLACE_OPTIONS = [
  option('--availability-zone <zone>', 'zone to build in'),
  option('--server-group <group>', 'server group to be a member of'),
  repeatable('--hint <key=value>', 'hint for the scheduler; one that is repeated becomes a list'),
];

export const HOST_OPTIONS = [
  option('--host <host>', 'host to build on; left out: the scheduler picks'),
  option('--force-host', 'take that host without asking filters and placement'),
];

export const Place = z.object({
  availabilityZone: Text.optional(),
  serverGroup: Text.optional(),
  hint: Texts,
});
export const Where = Place.extend({ host: Text.optional(), forceHost: Flag });

function hintsOf(typed: readonly string[]): SchedulerHints {
  const values = new Map<string, string[]>();
  for (const text of typed) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--hint takes KEY=VALUE, not “${text}”`);
    const key = text.slice(0, at);
    values.set(key, [...(values.get(key) ?? []), text.slice(at + 1)]);
  }
  return Object.fromEntries([...values].map(([key, all]) => [key, all.length === 1 ? (all[0] ?? '') : all]));
}

/** As the contract has it. */
export function placeOf({ availabilityZone, serverGroup, hint }: z.output<typeof Place>) {
  return {
    hints: hintsOf(hint),
    ...(availabilityZone !== undefined && { availabilityZone }),
    ...(serverGroup !== undefined && { group: serverGroup }),
  };
}

/** As the contract has it, the host with it. */
export function whereOf({ host, forceHost, ...place }: z.output<typeof Where>) {
  if (forceHost && host === undefined) throw new UsageError('--force-host needs --host');
  return { ...placeOf(place), ...(host !== undefined && { host, hostChecks: !forceHost }) };
}
