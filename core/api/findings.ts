import type { Finding, Parsed } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { RequestContext } from '../identity/context.ts';
import { listHosts } from '../state/hosts.ts';
import { findInstance } from './instances/find-instance.ts';
import { type ResolveParts, resolvers } from './finding-resolve.ts';
import { findHost } from './hosts.ts';
import type { Handlers } from './router.ts';

function gone(id: string): ExpectedError {
  return new ExpectedError('finding.gone', `There is nothing of the kind any more: ${id}`, {
    field: 'id',
    remedy: 'List the findings again.',
  });
}

export function findingHandlers(parts: ResolveParts): Handlers<'finding.list' | 'finding.resolve'> {
  return {
    'finding.list': (input) => list(parts, input),
    'finding.resolve': async ({ id, how }, context) => {
      await resolve(parts, { id, how }, context);
      return {};
    },
  };
}

async function list(parts: ResolveParts, input: Parsed<'finding.list'>): Promise<Finding[]> {
  const { database, inventory } = parts;
  const host = input.host === undefined ? undefined : findHost(database, input.host, 'host');
  const instance = input.instance === undefined ? undefined : findInstance(database, input.instance);
  if (input.look) {
    const wanted = host === undefined ? listHosts(database) : [host];
    await inventory.look(wanted.map(({ id }) => id));
  }
  const found = inventory.findings.list(host?.id);
  return instance === undefined ? found : found.filter(({ instanceId }) => instanceId === instance.id);
}

/** What is done is done after another look: what the person saw may be minutes old. */
async function resolve(
  parts: ResolveParts,
  { id, how }: Parsed<'finding.resolve'>,
  context: RequestContext,
): Promise<void> {
  const { drivers, inventory } = parts;
  const seen = inventory.findings.get(id);
  if (seen === undefined) throw gone(id);
  // Says why, where the host is away.
  drivers.get(seen.hostId);
  await inventory.look([seen.hostId]);
  const finding = inventory.findings.get(id);
  if (finding === undefined) throw gone(id);
  if (finding.definitions?.host !== seen.definitions?.host) {
    throw new ExpectedError('conflict', `“${finding.subject}” was changed once more meanwhile.`, {
      remedy: 'Look at the difference again, and decide then.',
    });
  }
  if (!finding.resolutions.includes(how)) throw notSo(finding, how);
  await resolvers(parts)[finding.kind](finding, how, context);
  inventory.findings.put(finding.hostId, [], (other) => other.id === id);
}

function notSo({ resolutions, detail }: Finding, how: string): ExpectedError {
  return new ExpectedError('bad_input', `That cannot be resolved by “${how}”: ${detail}`, {
    field: 'how',
    remedy:
      resolutions.length === 0
        ? 'It has to be put in order on the hosts.'
        : `Choose one of ${resolutions.join(', ')}.`,
  });
}
