import {
  ADMIN_PROJECT,
  CAPABILITIES,
  DriverCapabilities,
  type Flavor,
  type Host,
  type Instance,
  type Output,
  type Task,
} from '../contract/index.ts';

const AT = '2026-01-31T12:00:00.000Z';

export const UUID = {
  instance: '11111111-1111-4111-8111-111111111111',
  host: '22222222-2222-4222-8222-222222222222',
  task: '33333333-3333-4333-8333-333333333333',
  image: '44444444-4444-4444-8444-444444444444',
  ticket: '55555555-5555-4555-8555-555555555555',
} as const;

export function aFlavor(change: Partial<Flavor> = {}): Flavor {
  return {
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
    createdAt: AT,
    revision: 1,
    ...change,
  };
}

export function anInstance(change: Partial<Instance> = {}): Instance {
  const { createdAt, revision, ...flavor } = aFlavor();
  return {
    id: UUID.instance,
    name: 'web1',
    hostname: 'web1',
    vmState: 'active',
    taskState: null,
    powerState: 'RUNNING',
    status: 'ACTIVE',
    flavor,
    imageId: UUID.image,
    imageName: 'tiny',
    keyName: 'me',
    hostId: UUID.host,
    hostName: 'lab1',
    addresses: [{ network: 'default', address: '192.168.122.10', mac: '52:54:00:00:00:01', version: 4 }],
    metadata: { role: 'web' },
    hasUserData: false,
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
    domainName: 'instance-00000001',
    fault: null,
    launchedAt: createdAt,
    createdAt,
    updatedAt: createdAt,
    seenAt: createdAt,
    revision,
    ...change,
  };
}

export function aHost(change: Partial<Host> = {}): Host {
  const amount = { total: 8, used: 2, reserved: 0, ratio: 1 };
  return {
    id: UUID.host,
    name: 'lab1',
    address: {
      kind: 'ssh',
      address: '10.0.0.1',
      user: 'root',
      identityFiles: [],
      jumps: [],
      useAgent: true,
      uri: 'qemu:///system',
    },
    enabled: true,
    disabledReason: null,
    connection: 'connected',
    connectionError: null,
    lastSeenAt: AT,
    retryAt: null,
    virtMode: 'automatic',
    virtType: 'qemu',
    virtReason: null,
    vcpus: amount,
    ram: amount,
    disk: amount,
    guests: 1,
    hostname: 'lab1',
    libvirtVersion: '9.0.0',
    hypervisorVersion: '7.2.0',
    arch: 'x86_64',
    cpuModel: null,
    uptime: null,
    pool: 'default',
    network: 'default',
    capabilities: DriverCapabilities.parse(Object.fromEntries(CAPABILITIES.map((name) => [name, 'yes']))),
    traits: [],
    availabilityZone: 'nova',
    aggregateIds: [],
    createdAt: AT,
    revision: 1,
    ...change,
  };
}

export function aTask(change: Partial<Task> = {}): Task {
  return {
    id: UUID.task,
    kind: 'instance.create',
    lane: 'conductor',
    state: 'done',
    subject: 'web1',
    instanceId: UUID.instance,
    imageId: null,
    hostId: null,
    requestId: 'req-1',
    cancellable: true,
    waitsFor: null,
    expiresAt: null,
    parameters: {},
    retryable: false,
    steps: [],
    progress: null,
    error: null,
    createdAt: AT,
    startedAt: AT,
    finishedAt: AT,
    revision: 1,
    ...change,
  };
}

/** A task in the middle of one step. */
export function aTaskAt(step: string, change: Partial<Task> = {}): Task {
  const steps = [{ name: step, state: 'running', startedAt: AT, finishedAt: null, error: null }] as const;
  return aTask({ state: 'running', steps: [...steps], ...change });
}

/** A failed test of the way in: the host's key is not known. */
export function anUnknownKey(fingerprint: string): Output<'host.test'> {
  const step = { detail: 'unknown key', remedy: null, milliseconds: 1, error: null };
  return {
    ok: false,
    steps: [{ step: 'host-key', result: 'failed', ...step }],
    unknownHostKey: { fingerprint, type: 'ssh-ed25519', address: '10.0.0.1' },
    needs: null,
  };
}

export const PASSED: Output<'host.test'> = {
  ok: true,
  steps: [
    { step: 'host-key', result: 'ok', detail: 'known', remedy: null, milliseconds: 1, error: null },
    {
      step: 'storage',
      result: 'warning',
      detail: 'no pool yet',
      remedy: 'It will be made.',
      milliseconds: 1,
      error: null,
    },
  ],
  unknownHostKey: null,
  needs: null,
};
