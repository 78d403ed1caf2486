import { isDeepStrictEqual } from 'node:util';
import type { Finding, FindingKind, Resolution } from '../contract/index.ts';
import { timestamp } from '../domain/time.ts';
import type { Database } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';

/** What a look at a host tells of one thing. */
export interface Found {
  readonly kind: FindingKind;
  /** what tells it from others of its kind on its host: an id, a volume's name, a MAC */
  readonly key: string;
  readonly instanceId: string | null;
  readonly subject: string;
  readonly detail: string;
  readonly bytes?: number;
  readonly definitions?: Finding['definitions'];
  readonly resolutions: readonly Resolution[];
}

type Place = Pick<Finding, 'kind' | 'hostId'> & Pick<Found, 'key'>;

function idOf({ kind, hostId, key }: Place): string {
  return `${kind}:${hostId}:${key}`;
}

/** The `key` of a finding that was held here. */
export function keyOf({ id, kind, hostId }: Finding): string {
  return id.slice(idOf({ kind, hostId, key: '' }).length);
}

/** What does not agree with what we know, as of the last look at each host. Held in memory: the next look tells it anew. */
export class Findings {
  readonly #database: Database;
  readonly #byHost = new Map<string, readonly Finding[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Replaces what is known of a host, as far as the look went, and tells when something is different.
   * @param covers what the look would have found again, were it still so
   */
  put(hostId: string, found: readonly Found[], covers: (finding: Finding) => boolean): void {
    const hostName = getHost(this.#database, hostId)?.name;
    if (hostName === undefined) return this.forget(hostId);
    const before = this.#byHost.get(hostId) ?? [];
    const now = timestamp();
    const fresh = found.map(({ key, ...rest }): Finding => {
      const id = idOf({ kind: rest.kind, hostId, key });
      const foundAt = before.find((finding) => finding.id === id)?.foundAt ?? now;
      const whole = { bytes: null, definitions: null, ...rest, resolutions: [...rest.resolutions] };
      return { ...whole, id, hostId, hostName, foundAt };
    });
    const ids = new Set(fresh.map(({ id }) => id));
    const kept = before.filter((finding) => !covers(finding) && !ids.has(finding.id));
    const list = [...kept, ...fresh].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (isDeepStrictEqual(list, before)) return;
    this.#byHost.set(hostId, list);
    this.#database.announce({ type: 'host.findings', value: { hostId } });
  }

  forget(hostId: string): void {
    this.#byHost.delete(hostId);
  }

  /** @param hostId only of this host; left out: of all */
  list(hostId?: string): Finding[] {
    return hostId === undefined ? [...this.#byHost.values()].flat() : [...(this.#byHost.get(hostId) ?? [])];
  }

  get(id: string): Finding | undefined {
    return this.list().find((finding) => finding.id === id);
  }
}
