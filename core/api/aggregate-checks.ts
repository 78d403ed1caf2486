import { type Aggregate, DEFAULT_ZONE } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { NUMERIC_KEYS } from '../scheduler/parts.ts';
import { listAggregates } from '../state/aggregates.ts';
import type { Reader } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { listInstancesOn } from '../state/instances.ts';

/**
 * Keys that override a figure of the settings must be numbers. Nova keeps anything and ignores what it cannot read.
 * @throws ExpectedError `bad_input`
 */
export function checkAggregateMetadata(metadata: Aggregate['metadata']): void {
  for (const key of NUMERIC_KEYS) {
    const value = metadata[key];
    if (value === undefined || (value.trim() !== '' && Number.isFinite(Number(value)))) continue;
    throw new ExpectedError('bad_input', `“${key}” of an aggregate must be a number, not “${value}”.`, {
      field: `metadata.${key}`,
      remedy: 'Write a number, e.g. 2 or -1.5.',
    });
  }
}

interface Change {
  readonly availabilityZone: string | null;
  readonly hostIds: readonly string[];
}

const nameOf = (reader: Reader, hostId: string): string => getHost(reader, hostId)?.name ?? hostId;

/** A host is in one zone at the most. Source: `is_safe_to_update_az` in nova/compute/api.py */
function refuseTwoZones(reader: Reader, self: Aggregate, { availabilityZone, hostIds }: Change): void {
  if (availabilityZone === null) return;
  for (const other of listAggregates(reader)) {
    const elsewhere = other.id !== self.id && other.availabilityZone !== null;
    if (!elsewhere || other.availabilityZone === availabilityZone) continue;
    const both = hostIds.find((id) => other.hostIds.includes(id));
    if (both === undefined) continue;
    const host = nameOf(reader, both);
    throw new ExpectedError(
      'aggregate.zone_conflict',
      `The host “${host}” is in the zone “${other.availabilityZone}” already, by the aggregate “${other.name}”.`,
      {
        field: 'availabilityZone',
        remedy: `Take “${host}” out of “${other.name}” first, or give both the same zone.`,
        details: { hostId: both, aggregateId: other.id },
      },
    );
  }
}

function zoneAfter(reader: Reader, self: Aggregate, hostId: string, change: Change): string {
  if (change.availabilityZone !== null && change.hostIds.includes(hostId)) return change.availabilityZone;
  const others = listAggregates(reader).filter(
    ({ id, hostIds }) => id !== self.id && hostIds.includes(hostId),
  );
  return others.find((other) => other.availabilityZone !== null)?.availabilityZone ?? DEFAULT_ZONE;
}

/** An instance that asked for a zone stays in it. Source: `ensure_no_instances_need_to_move_az_when_host_added` in nova/compute/api.py */
function refuseLeavingInstances(reader: Reader, self: Aggregate, change: Change): void {
  for (const hostId of new Set([...self.hostIds, ...change.hostIds])) {
    const after = zoneAfter(reader, self, hostId, change);
    const before = getHost(reader, hostId)?.availabilityZone;
    if (before === undefined || before === after) continue;
    const asked = listInstancesOn(reader, hostId).filter(({ requestedZone }) => requestedZone === before);
    if (asked.length === 0) continue;
    const names = asked.map(({ name }) => `“${name}”`).join(', ');
    throw new ExpectedError(
      'conflict',
      `Instances on “${nameOf(reader, hostId)}” asked for the zone “${before}”: ${names}.`,
      {
        field: 'availabilityZone',
        remedy: 'Delete them or build them elsewhere first, or leave the host in its zone.',
        details: { hostId, instanceIds: asked.map(({ id }) => id) },
      },
    );
  }
}

/** @throws ExpectedError `aggregate.zone_conflict`, `conflict` */
export function checkZoneChange(reader: Reader, self: Aggregate, change: Change): void {
  refuseTwoZones(reader, self, change);
  refuseLeavingInstances(reader, self, change);
}
