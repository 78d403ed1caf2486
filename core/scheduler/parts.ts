import type { SchedulerPart, SchedulerSettings } from '../contract/index.ts';
import type { Filter } from './filter.ts';
import { aggregateImagePropertiesIsolation } from './filters/aggregate-image-properties-isolation.ts';
import { aggregateInstanceExtraSpecs } from './filters/aggregate-instance-extra-specs.ts';
import { aggregateMultiTenancyIsolation } from './filters/aggregate-multi-tenancy-isolation.ts';
import { computeCapabilities } from './filters/compute-capabilities.ts';
import { compute } from './filters/compute.ts';
import { differentHost } from './filters/different-host.ts';
import { imageProperties as imagePropertiesFilter } from './filters/image-properties.ts';
import { ioOps as ioOpsFilter, MAX_IO_OPS_KEY } from './filters/io-ops.ts';
import { json } from './filters/json.ts';
import { MAX_INSTANCES_KEY, numInstances as numInstancesFilter } from './filters/num-instances.ts';
import { sameHost } from './filters/same-host.ts';
import { serverGroupAffinity } from './filters/server-group-affinity.ts';
import { serverGroupAntiAffinity } from './filters/server-group-anti-affinity.ts';
import { simpleCidrAffinity } from './filters/simple-cidr-affinity.ts';
import { multiplierOf, type Weigher } from './weigher.ts';
import { buildFailure } from './weighers/build-failure.ts';
import { cpu } from './weighers/cpu.ts';
import { disk } from './weighers/disk.ts';
import { hypervisorVersion } from './weighers/hypervisor-version.ts';
import { imageProperties } from './weighers/image-properties.ts';
import { ioOps } from './weighers/io-ops.ts';
import { numInstances } from './weighers/num-instances.ts';
import { ram } from './weighers/ram.ts';
import { serverGroupSoftAffinity } from './weighers/server-group-soft-affinity.ts';
import { serverGroupSoftAntiAffinity } from './weighers/server-group-soft-anti-affinity.ts';

/** In the order in which they are asked, wherever the settings do not say another. */
export const FILTERS: readonly Filter[] = [
  compute,
  computeCapabilities,
  imagePropertiesFilter,
  serverGroupAntiAffinity,
  serverGroupAffinity,
  sameHost,
  differentHost,
  simpleCidrAffinity,
  numInstancesFilter,
  ioOpsFilter,
  aggregateInstanceExtraSpecs,
  aggregateImagePropertiesIsolation,
  aggregateMultiTenancyIsolation,
  json,
];

export const WEIGHERS: readonly Weigher[] = [
  ram,
  cpu,
  disk,
  ioOps,
  numInstances,
  serverGroupSoftAffinity,
  serverGroupSoftAntiAffinity,
  buildFailure,
  hypervisorVersion,
  imageProperties,
];

/** Keys of aggregates' metadata that must be numbers. */
export const NUMERIC_KEYS: readonly string[] = [
  MAX_INSTANCES_KEY,
  MAX_IO_OPS_KEY,
  ...WEIGHERS.map(({ overriddenBy }) => overriddenBy),
];

/** In the order of the settings, each once. A name that this version does not know asks nothing. */
export function enabledFilters({ enabledFilters: names }: SchedulerSettings): Filter[] {
  return [...new Set(names)].flatMap((name) => FILTERS.find((filter) => filter.name === name) ?? []);
}

/** Every filter and weigher, explained, as the settings have it. */
export function explainParts(settings: SchedulerSettings): SchedulerPart[] {
  const filters = FILTERS.map((filter): SchedulerPart => ({
    name: filter.name,
    kind: 'filter',
    description: filter.description,
    enabled: settings.enabledFilters.includes(filter.name),
    multiplier: null,
    defaultMultiplier: null,
    enabledByDefault: filter.onByDefault,
    reads: [...filter.reads],
  }));
  const weighers = WEIGHERS.map((weigher): SchedulerPart => {
    const multiplier = multiplierOf(weigher, settings);
    return {
      name: weigher.name,
      kind: 'weigher',
      description: weigher.description,
      enabled: multiplier !== 0,
      multiplier,
      defaultMultiplier: weigher.multiplier,
      enabledByDefault: weigher.multiplier !== 0,
      reads: [weigher.overriddenBy],
    };
  });
  return [...filters, ...weighers];
}
