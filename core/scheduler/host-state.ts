import type { Provider } from '../placement/providers.ts';
import type { HostRecord } from '../state/hosts.ts';
import type { Resident } from '../state/residents.ts';

/** An instance on a host, as filters name it. */
export type HostedInstance = Pick<Resident, 'id' | 'name' | 'groupId'>;

/** Metadata of all aggregates that a host is in: each key with every value that one of them gives it. */
export type AggregateMetadata = ReadonlyMap<string, ReadonlySet<string>>;

/** A host as filters and weighers see it. nova/scheduler/host_manager.py `HostState` */
export interface HostState extends HostRecord {
  /** null until the host has told what it has */
  readonly provider: Provider | null;
  /** instances that keep the host's disks busy: being built, rebuilt, rescued, moved or copied */
  readonly ioOps: number;
  /** by id */
  readonly instances: ReadonlyMap<string, HostedInstance>;
  /** how many members of each server group, by its id */
  readonly groupMembers: ReadonlyMap<string, number>;
  /** how many instances are of an image with a property, by `KEY=VALUE` */
  readonly imageProperties: ReadonlyMap<string, number>;
  readonly aggregateMetadata: AggregateMetadata;
}

/** The key of `imageProperties`. */
export const propertyKey = (key: string, value: string): string => `${key}=${value}`;
