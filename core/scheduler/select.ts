import type { Decision, HostVerdict } from '../contract/index.ts';
import { refusalFor } from '../placement/candidates.ts';
import { listProviders } from '../placement/providers.ts';
import type { Resources } from '../placement/resources.ts';
import type { Reader } from '../state/database.ts';
import { listHostRecords } from '../state/hosts.ts';
import { listInstances } from '../state/instances.ts';
import type { Filter } from './filter.ts';
import { computeCapabilities } from './filters/compute-capabilities.ts';
import { compute, whyAway } from './filters/compute.ts';
import { imageProperties } from './filters/image-properties.ts';
import type { HostState } from './host-state.ts';
import { resourcesOf, type SchedulingRequest } from './request.ts';
import { type Weighed, type Weigher, weighAll } from './weigher.ts';
import { buildFailure } from './weighers/build-failure.ts';
import { cpu } from './weighers/cpu.ts';
import { disk } from './weighers/disk.ts';
import { ioOps } from './weighers/io-ops.ts';
import { ram } from './weighers/ram.ts';

/** `max_attempts` in nova/conf/scheduler.py: the pick and two alternates. */
const MAX_ATTEMPTS = 3;

const FILTERS: readonly Filter[] = [compute, computeCapabilities, imageProperties];
const WEIGHERS: readonly Weigher[] = [ram, cpu, disk, ioOps, buildFailure];

/** The first two gates, ahead of the filters, in the filters' own form: the request's own wish, then placement. */
function prefilters(request: SchedulingRequest): Filter[] {
  const resources = resourcesOf(request);
  const placement: Filter = { name: 'placement', refuse: (host) => refuseByPlacement(host, resources) };
  const { avoid } = request;
  const avoided: Filter[] = avoid
    ? [{ name: 'AvoidedHost', refuse: ({ host }) => avoid.get(host.id) ?? null }]
    : [];
  if (request.requestedHostId === null) return [...avoided, placement];
  const requested: Filter = {
    name: 'RequestedHost',
    refuse: ({ host }) => (host.id === request.requestedHostId ? null : 'another host was asked for'),
  };
  return [requested, ...avoided, placement];
}

function refuseByPlacement({ host, provider }: HostState, resources: Resources): string | null {
  if (provider !== null) return refusalFor(provider, resources);
  const away = whyAway(host);
  return away === null ? 'has not told its resources yet' : `has not told its resources yet (${away})`;
}

export function readHostStates(reader: Reader): HostState[] {
  const providers = new Map(listProviders(reader).map((provider) => [provider.id, provider]));
  const building = listInstances(reader).filter((instance) => instance.vmState === 'building');
  const ioOpsOf = Map.groupBy(building, (instance) => instance.hostId);
  return listHostRecords(reader).map((record) => ({
    ...record,
    provider: providers.get(record.host.id) ?? null,
    ioOps: ioOpsOf.get(record.host.id)?.length ?? 0,
  }));
}

interface Sieve {
  readonly left: readonly HostState[];
  readonly refused: readonly HostVerdict[];
  readonly counts: Decision['counts'];
}

const nothingDone = { weight: null, weighers: [] };

function applyFilter(sieve: Sieve, filter: Filter, request: SchedulingRequest): Sieve {
  const verdicts = sieve.left.map((state) => ({ state, reason: filter.refuse(state, request) }));
  const left = verdicts.filter(({ reason }) => reason === null).map(({ state }) => state);
  const refused = verdicts
    .filter(({ reason }) => reason !== null)
    .map(({ state: { host }, reason }) => ({
      hostId: host.id,
      hostName: host.name,
      accepted: false,
      filter: filter.name,
      reason,
      ...nothingDone,
    }));
  const count = { filter: filter.name, before: sieve.left.length, after: left.length };
  return { left, refused: [...sieve.refused, ...refused], counts: [...sieve.counts, count] };
}

const acceptedVerdict = ({ state: { host }, weight, shares }: Weighed): HostVerdict => ({
  hostId: host.id,
  hostName: host.name,
  accepted: true,
  filter: null,
  reason: null,
  weight,
  weighers: [...shares],
});

/** Which hosts would take an instance now, best first, and why not the others. Claims nothing. */
export function selectDestinations(reader: Reader, request: SchedulingRequest): Decision {
  return selectAmong(readHostStates(reader), request);
}

/** Source: `_get_sorted_hosts` and `select_destinations` in nova/scheduler/manager.py */
export function selectAmong(states: readonly HostState[], request: SchedulingRequest): Decision {
  const start: Sieve = { left: states, refused: [], counts: [] };
  const sieve = [...prefilters(request), ...FILTERS].reduce(
    (before, filter) => applyFilter(before, filter, request),
    start,
  );
  const weighed = weighAll(WEIGHERS, sieve.left);
  const [selected, ...alternates] = weighed.slice(0, MAX_ATTEMPTS).map(({ state }) => state.host.id);
  return {
    selected: selected ?? null,
    alternates,
    hosts: [...weighed.map(acceptedVerdict), ...sieve.refused],
    omitted: 0,
    counts: sieve.counts,
    notes: [],
  };
}
