import { randomUUID } from 'node:crypto';
import {
  ADMIN_PROJECT,
  type Aggregate,
  Decision,
  type GroupPolicy,
  type Host,
  type SchedulerSettings,
  type ServerGroup,
} from '../contract/index.ts';
import { silentLog } from '../domain/log.ts';
import { timestamp } from '../domain/time.ts';
import { refreshInventory } from '../placement/inventories.ts';
import { insertAggregate, listAggregates, updateAggregate } from '../state/aggregates.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { insertHost, type StoredFacts, updateHost } from '../state/hosts.ts';
import { insertImage } from '../state/images.ts';
import { transition } from '../state/instance-changes.ts';
import { insertInstance, type NewInstance } from '../state/instances.ts';
import { insertServerGroup } from '../state/server-groups.ts';
import { getSettings, setSettings } from '../state/settings.ts';
import { scheduleAndClaim } from './claim.ts';
import type { SchedulingRequest } from './request.ts';
import { type Policy, selectDestinations } from './select.ts';

const FACTS: StoredFacts = {
  hostname: 'host',
  libvirtVersion: '9.0.0',
  hypervisorVersion: '7.2.0',
  arch: 'x86_64',
  cpuModel: 'qemu64',
  vcpus: 4,
  ram: 4096,
  disk: 100,
  uptime: 1,
  virtType: 'qemu',
  virtReason: null,
  supports: {
    machines: ['pc', 'q35'],
    diskBuses: ['virtio', 'ide'],
    videoModels: ['vga'],
    firmware: ['bios'],
  },
};

export const FLAVOR = {
  id: '1',
  name: 'm1.tiny',
  vcpus: 1,
  ram: 512,
  disk: 1,
  ephemeral: 0,
  swap: 0,
  isPublic: true,
  description: null,
  extraSpecs: {},
} satisfies SchedulingRequest['flavor'];

export const aRequest = (change: Partial<SchedulingRequest> = {}): SchedulingRequest => ({
  instanceId: null,
  flavor: FLAVOR,
  image: null,
  projectId: ADMIN_PROJECT,
  requestedHostId: null,
  hostChecks: true,
  availabilityZone: null,
  group: null,
  hints: {},
  ...change,
});
export const withSpecs = (extraSpecs: Record<string, string>): SchedulingRequest =>
  aRequest({ flavor: { ...FLAVOR, extraSpecs } });
export const withImage = (properties: Record<string, string>): SchedulingRequest =>
  aRequest({ image: { virtualSize: 0, properties } });

interface HostValues extends Partial<StoredFacts> {
  readonly connection?: Host['connection'];
  readonly connectionError?: Host['connectionError'];
  readonly enabled?: boolean;
  readonly disabledReason?: string;
  readonly buildFailures?: number;
  readonly unknown?: boolean;
  /** address of an SSH host */
  readonly address?: string;
}

/** A database with hosts, instances, groups and aggregates, and the scheduler over it. */
export class SchedulerKit implements Disposable {
  readonly database: Database;

  constructor(file = ':memory:') {
    this.database = openDatabase(file, { log: silentLog });
  }

  addHost(name: string, values: HostValues = {}): string {
    const { connection = 'connected', connectionError, enabled, disabledReason, ...others } = values;
    const { buildFailures, unknown, address, ...rest } = others;
    const id = randomUUID();
    const facts = { ...FACTS, ...rest };
    const where: Host['address'] =
      address === undefined
        ? { kind: 'local', uri: 'qemu:///system' }
        : { kind: 'ssh', address, identityFiles: [], jumps: [], useAgent: true, uri: 'qemu:///system' };
    this.database.write((tx) => {
      const own = { id, name, address: where, pool: 'p', network: 'n', virtMode: 'automatic' } as const;
      insertHost(tx, { ...own, createdAt: timestamp() });
      if (!unknown) refreshInventory(tx, id, name, facts);
      updateHost(tx, id, { connection, connectionError, enabled, disabledReason, buildFailures, facts });
    });
    return id;
  }

  addImage(properties: Record<string, string> = {}): string {
    const id = randomUUID();
    const values = { name: 'tiny', status: 'active', diskFormat: 'raw', sha256: null } as const;
    const sizes = { size: 1, virtualSize: 1, minDisk: 0, minRam: 0 };
    this.database.write((tx) =>
      insertImage(tx, { id, ...values, ...sizes, properties, createdAt: timestamp() }),
    );
    return id;
  }

  /** An instance on a host, without a claim. */
  addInstance(name: string, hostId: string | null, values: Partial<NewInstance> = {}): string {
    const id = randomUUID();
    this.database.write((tx) => {
      insertInstance(tx, {
        id,
        name,
        hostname: name,
        domainName: `micronova-${id}`,
        flavor: FLAVOR,
        imageId: null,
        imageName: null,
        keyName: null,
        publicKey: null,
        userData: null,
        metadata: {},
        mac: id,
        requestedHostId: null,
        ...values,
      });
      transition(tx, id, { set: { hostId, vmState: 'active', taskState: null } });
    });
    return id;
  }

  addGroup(policy: GroupPolicy, maxServerPerHost = 1): ServerGroup {
    const values = { id: randomUUID(), name: `the ${policy}`, policy, maxServerPerHost };
    const whose = { projectId: ADMIN_PROJECT, createdAt: timestamp() };
    return this.database.write((tx) => insertServerGroup(tx, { ...values, ...whose }));
  }

  addAggregate(
    hostIds: readonly string[],
    metadata: Record<string, string>,
    availabilityZone: string | null = null,
  ): Aggregate {
    const id = randomUUID();
    const name = `aggregate ${listAggregates(this.database).length + 1}`;
    const values = { id, name, availabilityZone, metadata, createdAt: timestamp() };
    return this.database.write((tx) => {
      const aggregate = insertAggregate(tx, values);
      return updateAggregate(tx, aggregate, { hostIds }) ?? aggregate;
    });
  }

  settings(change: Partial<SchedulerSettings>): void {
    this.database.write((tx) => setSettings(tx, { scheduler: change }));
  }

  /** Asks one filter more than those that are asked by default. */
  switchOn(filter: string): void {
    const { enabledFilters } = getSettings(this.database).scheduler;
    this.settings({ enabledFilters: [...enabledFilters, filter] });
  }

  policy(): Policy {
    return { settings: getSettings(this.database).scheduler, random: () => 0 };
  }

  decide(request = aRequest(), random?: () => number): Decision {
    return Decision.parse(selectDestinations(this.database, request, random));
  }

  /** Why each host that will not do will not, by its name. */
  refusals(request = aRequest()): Record<string, string> {
    const refused = this.decide(request).hosts.filter((verdict) => !verdict.accepted);
    return Object.fromEntries(refused.map((v) => [v.hostName, `${v.filter}: ${v.reason}`]));
  }

  /** Places an instance for good: row, claim and host together, as the conductor does it. */
  launch(request = aRequest(), name = 'new'): Decision {
    const id = this.addInstance(name, null, { groupId: request.group?.id ?? null });
    return this.database.write((tx) => {
      const decision = scheduleAndClaim(tx, id, { ...request, instanceId: id }, () => 0);
      transition(tx, id, { set: { hostId: decision.selected, vmState: 'building' } });
      return decision;
    });
  }

  [Symbol.dispose](): void {
    this.database.close();
  }
}
