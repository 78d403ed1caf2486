import {
  ADMIN_PROJECT,
  CAPABILITIES,
  DriverCapabilities,
  type Flavor,
  type Host,
  type Image,
  type Instance,
  type Keypair,
  type Settings,
  type Task,
} from '../../core/contract/index.ts';
import { statusOf } from '../../core/domain/instance-states.ts';

export const SETTINGS: Settings = {
  theme: 'system',
  language: 'system',
  linkTimeout: 10_000,
  reclaimInterval: 900,
  scheduler: {
    enabledFilters: ['Compute', 'ComputeCapabilities', 'ImageProperties'],
    multipliers: {},
    hostSubsetSize: 1,
    maxAttempts: 3,
    maxInstancesPerHost: 50,
    maxIoOpsPerHost: 8,
  },
  backupsKept: 7,
};

/** A driver that can do everything that there is. */
export const CAN_ALL: DriverCapabilities = DriverCapabilities.parse(
  Object.fromEntries(CAPABILITIES.map((name) => [name, 'yes'])),
);

/** What an instance says of itself when nobody said anything. */
export const PLAIN = {
  description: null,
  tags: [],
  projectId: ADMIN_PROJECT,
  projectName: 'admin',
  user: 'me',
  lock: null,
  groupId: null,
  groupName: null,
  hints: {},
  requestedZone: null,
  reclaimAt: null,
  rescueImageName: null,
  origin: 'launched',
  takenOver: null,
} satisfies Partial<Instance>;

/** What a task is that waits for nobody. */
export const NOT_WAITING = {
  waitsFor: null,
  expiresAt: null,
  parameters: {},
  retryable: false,
} satisfies Partial<Task>;

/** Where a host is that nobody has put anywhere. */
export const NOWHERE_SPECIAL = {
  capabilities: CAN_ALL,
  traits: [],
  availabilityZone: 'nova',
  aggregateIds: [],
} satisfies Partial<Host>;

let revision = 0;
let serial = 0;

/** The next revision of the fake control plane. */
export function nextRevision(): number {
  revision += 1;
  return revision;
}

export function uuid(): string {
  serial += 1;
  return `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
}

/** An instant `seconds` before now. */
export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

export function flavor(name: string, vcpus: number, ram: number, disk: number): Flavor {
  return {
    id: uuid(),
    name,
    vcpus,
    ram,
    disk,
    ephemeral: 0,
    swap: 0,
    isPublic: true,
    description: null,
    extraSpecs: {},
    createdAt: ago(90_000),
    revision: nextRevision(),
  };
}

export function keypair(name: string): Keypair {
  return {
    id: uuid(),
    name,
    type: 'ssh',
    fingerprint: 'SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
    fingerprintMd5: '6f:2c:1a:88:1d:40:9a:b4:30:6d:c9:72:51:0e:d7:11',
    publicKey: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ${name}@desk`,
    createdAt: ago(80_000),
    revision: nextRevision(),
  };
}

export function image(name: string, over: Partial<Image> = {}): Image {
  return {
    id: uuid(),
    name,
    status: 'active',
    diskFormat: 'qcow2',
    size: 17 * 1024 * 1024,
    virtualSize: 64 * 1024 * 1024,
    sha256: 'a1b2c3d4e5f6'.repeat(5) + 'abcd',
    minDisk: 0,
    minRam: 0,
    properties: { os_distro: 'debian', hw_disk_bus: 'virtio' },
    cachedOn: [],
    createdAt: ago(70_000),
    revision: nextRevision(),
    ...over,
  };
}

export function host(name: string, over: Partial<Host> = {}): Host {
  return {
    id: uuid(),
    name,
    address: {
      kind: 'ssh',
      address: `${name}.lan`,
      user: 'admin',
      identityFiles: [],
      jumps: [],
      useAgent: true,
      uri: 'qemu:///system',
    },
    enabled: true,
    disabledReason: null,
    connection: 'connected',
    connectionError: null,
    lastSeenAt: ago(2),
    retryAt: null,
    virtMode: 'automatic',
    virtType: 'kvm',
    virtReason: null,
    vcpus: { total: 16, used: 9, reserved: 0, ratio: 4 },
    ram: { total: 32_768, used: 14_336, reserved: 512, ratio: 1 },
    disk: { total: 480, used: 120, reserved: 0, ratio: 1 },
    guests: 6,
    hostname: name,
    libvirtVersion: '9.0.0',
    hypervisorVersion: '7.2.15',
    arch: 'x86_64',
    cpuModel: 'EPYC-Rome',
    uptime: 1_300_000,
    pool: 'default',
    network: 'default',
    ...NOWHERE_SPECIAL,
    createdAt: ago(95_000),
    revision: nextRevision(),
    ...over,
  };
}

export function instance(name: string, of: Flavor, on: Host | null, over: Partial<Instance> = {}): Instance {
  const id = uuid();
  const { createdAt: _createdAt, revision: _revision, ...copy } = of;
  const base: Instance = {
    id,
    name,
    hostname: name,
    vmState: 'active',
    taskState: null,
    powerState: 'RUNNING',
    status: 'ACTIVE',
    flavor: copy,
    imageId: null,
    imageName: 'tiny',
    keyName: 'desk',
    hostId: on?.id ?? null,
    hostName: on?.name ?? null,
    addresses: [
      {
        network: 'default',
        address: `192.168.122.${20 + (serial % 200)}`,
        mac: '52:54:00:1f:aa:20',
        version: 4,
      },
    ],
    metadata: {},
    hasUserData: false,
    ...PLAIN,
    domainName: `nova-${id.slice(-8)}`,
    fault: null,
    launchedAt: ago(3600),
    createdAt: ago(3700 + serial * 60),
    updatedAt: ago(3600),
    seenAt: ago(1),
    revision: nextRevision(),
    ...over,
  };
  return { ...base, status: statusOf(base.vmState, base.taskState) };
}

export function task(kind: string, subject: string, over: Partial<Task> = {}): Task {
  return {
    id: uuid(),
    kind,
    lane: 'conductor',
    state: 'done',
    subject,
    instanceId: null,
    imageId: null,
    hostId: null,
    requestId: `req-${uuid()}`,
    cancellable: false,
    ...NOT_WAITING,
    steps: [],
    progress: null,
    error: null,
    createdAt: ago(600),
    startedAt: ago(600),
    finishedAt: ago(590),
    revision: nextRevision(),
    ...over,
  };
}
