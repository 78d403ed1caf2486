import type { Host } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Reader } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';

/** `undecided`: the first attempt to reach it since Micronova started has not ended yet. */
export type Reach = { readonly is: 'connected' | 'undecided' } | { readonly is: 'away'; readonly host: Host };

// An attempt after one that failed still has that one's error: only the first has none.
function isUndecided({ connection, connectionError, retryAt }: Host): boolean {
  const inBetween = connection === 'connecting' || (connection === 'disconnected' && retryAt === null);
  return inBetween && connectionError === null;
}

/** Can the host be reached now, as far as its row knows? */
export function reachOf(reader: Reader, hostId: string): Reach {
  const host = getHost(reader, hostId);
  if (host === undefined || host.connection === 'connected') return { is: 'connected' };
  return isUndecided(host) ? { is: 'undecided' } : { is: 'away', host };
}

/** Why nothing can be done on a host now. */
export function hostAway({ id, name, connection, connectionError, lastSeenAt }: Host): ExpectedError {
  const since = lastSeenAt === null ? 'It was never reached' : `It was last heard at ${lastSeenAt}`;
  const why = connectionError === null ? '' : `: ${connectionError.message.replace(/\.$/, '')}`;
  const words = connection === 'attention' ? 'waits for you' : 'cannot be reached';
  return new ExpectedError('host.unavailable', `The host “${name}” ${words}${why}. ${since}.`, {
    remedy:
      'Try again once it is connected, or ask for it “when it is back”: then it waits in the host’s lane.',
    details: { hostId: id, hostName: name, lastSeenAt, code: connectionError?.code ?? null },
  });
}
