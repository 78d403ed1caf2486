import { sql } from 'kysely';
import type { AuditKnown, HostAudit, StrayVolume } from '../compute/driver.ts';
import { pendingInputs } from '../queue/pending.ts';
import type { Reader } from '../state/database.ts';
import { listImageIds } from '../state/images.ts';
import { prepared } from '../state/prepared.ts';
import { q } from '../state/query.ts';
import type { Found } from './findings.ts';
import type { KnownGuests } from './known-guests.ts';

export const ORPHAN_KINDS = ['orphan_volume', 'orphan_reservation', 'orphan_image'] as const;

/** Milliseconds for which nothing may have changed: another Micronova may be building on the same host. */
export const SETTLED = 3_600_000;

/** What is younger than an hour is let alone. @param now milliseconds since 1970 */
export function settledBefore(now: number): string {
  return new Date(now - SETTLED).toISOString();
}

const alive = prepared(({ id }: { id: string }) =>
  q.selectFrom('instances').select('id').where('id', '=', id).where('deleted_at', 'is', null),
);

/** Who answers to volumes: rows, work that waits to tidy up, and every guest of every host, whoever made it. */
export function auditKnown(reader: Reader, guests: KnownGuests): AuditKnown {
  const left = pendingInputs(reader, 'instance.cleanup').map(({ instanceId }) => instanceId);
  const copies = pendingInputs(reader, 'image.cleanup');
  return {
    guests: {
      has: (id) => left.includes(id) || guests.has(id) || reader.first(alive({ id })) !== undefined,
    },
    images: new Set([...listImageIds(reader), ...copies.map(({ imageId }) => imageId)]),
  };
}

/** What lies on a host and belongs to nobody. */
export function findOrphans(
  reader: Reader,
  audit: HostAudit,
  where: { readonly hostId: string; readonly guests: KnownGuests; readonly before: string },
): Found[] {
  const settled = audit.volumes.filter(({ changedAt }) => changedAt !== null && changedAt <= where.before);
  const restless = new Set(audit.volumes.filter((volume) => !settled.includes(volume)).map(ownerId));
  const copies = Map.groupBy(
    settled.filter((volume) => volume.owner.kind === 'image' && !restless.has(ownerId(volume))),
    ownerId,
  );
  return [
    ...settled.filter(({ owner }) => owner.kind === 'guest').map(orphanVolume),
    ...[...copies].flatMap(([imageId, volumes]) => orphanImage(imageId, volumes) ?? []),
    ...orphanReservations(reader, audit, where),
  ];
}

const ownerId = ({ owner }: StrayVolume): string => owner.id;

function orphanVolume({ name, owner, bytes }: StrayVolume): Found {
  return {
    kind: 'orphan_volume',
    key: name,
    instanceId: null,
    subject: name,
    detail: `A volume of the instance ${owner.id}, which there is neither here nor as a domain on a host that is known.`,
    bytes,
    resolutions: ['remove'],
  };
}

function orphanImage(imageId: string, volumes: readonly StrayVolume[]): Found | null {
  if (volumes.some(({ inUse }) => inUse)) return null;
  const copy = volumes.find(({ name }) => !name.endsWith('.complete')) ?? volumes[0];
  if (copy === undefined) return null;
  return {
    kind: 'orphan_image',
    key: copy.name,
    instanceId: null,
    subject: copy.name,
    detail: `The copy of an image ${imageId}, which there is not here. Another Micronova that still has it makes a new copy when it needs one.`,
    bytes: volumes.reduce((sum, { bytes }) => sum + bytes, 0),
    resolutions: ['remove'],
  };
}

/**
 * Reservations bear no name, so only those are told whose MAC an instance of ours has had: one that was deleted, or that
 * is on another host now.
 */
function orphanReservations(
  reader: Reader,
  { reservations }: HostAudit,
  { hostId, guests }: { readonly hostId: string; readonly guests: KnownGuests },
): Found[] {
  const pending = pendingInputs(reader, 'instance.cleanup');
  const awaited = new Set(
    pending.filter((left) => left.hostId === hostId).map(({ mac }) => mac.toLowerCase()),
  );
  const rows = cardsOf(
    reader,
    reservations.map(({ mac }) => mac),
  );
  const isNeeded = (row: Card): boolean =>
    row.deletedAt === null && (row.hostId === hostId || row.hostId === null || row.isBusy);
  return reservations.flatMap(({ mac, address }) => {
    const had = rows.get(mac) ?? [];
    const hasGuest = had.some(({ id }) => guests.of(hostId)?.has(id));
    if (had.length === 0 || hasGuest || had.some(isNeeded) || awaited.has(mac)) return [];
    const detail = `The address ${address ?? 'of no known value'} is kept for a card of “${had[0]?.name}”, which is not on this host any more.`;
    return [
      {
        kind: 'orphan_reservation',
        key: mac,
        instanceId: null,
        subject: mac,
        detail,
        resolutions: ['remove'],
      },
    ];
  });
}

interface Card {
  readonly id: string;
  readonly name: string;
  readonly hostId: string | null;
  readonly deletedAt: string | null;
  readonly isBusy: boolean;
}

const withMacs = prepared(({ macs }: { macs: string }) =>
  q
    .selectFrom('instances')
    .select(['id', 'name', 'mac', 'host_id', 'deleted_at', 'task_state'])
    .where(sql<boolean>`lower(mac) IN (SELECT value FROM json_each(${macs}))`),
);

/** The instances that have these MACs, in small letters, those included that were deleted in the last months. */
function cardsOf(reader: Reader, macs: readonly string[]): Map<string, Card[]> {
  const rows = reader.all(withMacs({ macs: JSON.stringify(macs) }));
  const cards = rows.map((row) => ({
    id: row.id,
    name: row.name,
    mac: row.mac.toLowerCase(),
    hostId: row.host_id,
    deletedAt: row.deleted_at,
    isBusy: row.task_state !== null,
  }));
  return Map.groupBy(cards, ({ mac }) => mac);
}
