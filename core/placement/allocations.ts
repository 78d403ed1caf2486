import { ExpectedError } from '../domain/errors.ts';
import type { Reader, Tx } from '../state/database.ts';
import { q } from '../state/query.ts';
import { refusalFor } from './candidates.ts';
import { getProvider, touchProvider } from './providers.ts';
import type { Resources } from './resources.ts';

export interface Allocation {
  readonly providerId: string;
  readonly resources: Resources;
}

export interface Claim {
  /** the instance's id */
  readonly consumerId: string;
  /** what the caller read; null for a consumer that has nothing yet */
  readonly consumerGeneration: number | null;
  readonly providerId: string;
  /** what the caller read; left out: the provider's state of this moment is all that counts */
  readonly providerGeneration?: number;
  readonly resources: Resources;
  /** claims even what the provider does not have: for a host that was forced */
  readonly beyondCapacity?: boolean;
}

/** @returns null for a consumer that has nothing */
export function consumerGeneration(reader: Reader, consumerId: string): number | null {
  const row = reader.first(q.selectFrom('consumers').select('generation').where('id', '=', consumerId));
  return row?.generation ?? null;
}

/** What a consumer holds, one entry for each provider. */
export function allocationsOf(reader: Reader, consumerId: string): Allocation[] {
  const rows = reader.all(q.selectFrom('allocations').selectAll().where('consumer_id', '=', consumerId));
  return [...Map.groupBy(rows, (row) => row.provider_id)].map(([providerId, held]) => ({
    providerId,
    resources: Object.fromEntries(held.map((row) => [row.resource_class, row.used])),
  }));
}

/**
 * Gives a consumer all that it asks for from one provider, or nothing. What it held before is replaced.
 * Source: `replace_all` in placement/objects/allocation.py.
 * @throws ExpectedError `placement.concurrent_update` when somebody changed provider or consumer meanwhile: read again,
 * decide again; `placement.no_capacity` with each class that falls short
 */
export function claim(tx: Tx, request: Claim): void {
  checkGeneration('instance', consumerGeneration(tx, request.consumerId), request.consumerGeneration);
  const before = getProvider(tx, request.providerId);
  checkGeneration('host', before.generation, request.providerGeneration ?? before.generation);
  release(tx, request.consumerId);
  const provider = getProvider(tx, request.providerId);
  const refusal = refusalFor(provider, request.resources);
  if (refusal !== null && !request.beyondCapacity) {
    throw new ExpectedError('placement.no_capacity', `${provider.name} has no room: ${refusal}`, {
      remedy: 'Free some resources on the host, pick a smaller flavor or another host.',
      details: { hostId: provider.id, reason: refusal },
    });
  }
  write(tx, request);
}

function checkGeneration(what: string, is: number | null, expected: number | null): void {
  if (is === expected) return;
  throw new ExpectedError('placement.concurrent_update', `The claims of the ${what} changed meanwhile`, {
    remedy: 'Try again.',
    details: { expected, is },
  });
}

function write(tx: Tx, { consumerId, consumerGeneration: generation, providerId, resources }: Claim): void {
  tx.run(q.insertInto('consumers').values({ id: consumerId, generation: (generation ?? 0) + 1 }));
  for (const [resourceClass, used] of Object.entries(resources)) {
    if (used <= 0) continue;
    const row = { consumer_id: consumerId, provider_id: providerId, resource_class: resourceClass, used };
    tx.run(q.insertInto('allocations').values(row));
  }
  touchProvider(tx, providerId);
}

/** Gives back all that a consumer holds. Succeeds when that is nothing. */
export function release(tx: Tx, consumerId: string): void {
  const held = allocationsOf(tx, consumerId);
  tx.run(q.deleteFrom('consumers').where('id', '=', consumerId));
  for (const { providerId } of held) touchProvider(tx, providerId);
}
