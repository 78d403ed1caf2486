import type { ActionRecord, Decision, Host, Instance, Preview } from '../../core/contract/index.ts';
import { ago, flavor, host, image, instance, keypair, task } from './data.ts';

const STEPS = [
  'validate',
  'schedule',
  'claim',
  'image',
  'disk',
  'network',
  'config-drive',
  'define',
  'start',
];

/** A desk with three hosts, one of them away, and guests in every mood. */
export function busyScene(workers = 24) {
  const hosts = [
    host('atlas'),
    host('vega', {
      vcpus: { total: 8, used: 29, reserved: 0, ratio: 4 },
      ram: { total: 16_384, used: 15_100, reserved: 512, ratio: 1 },
      virtType: 'qemu',
      virtReason: 'The CPU shows neither vmx nor svm, so guests are emulated.',
    }),
    host('rigel', {
      connection: 'disconnected',
      lastSeenAt: ago(540),
      retryAt: ago(-12),
      connectionError: {
        code: 'transport.unreachable',
        message: 'rigel.lan (10.0.0.7) port 22: no route to host.',
      },
    }),
  ] as const;
  const flavors = [
    flavor('m1.nano', 1, 128, 1),
    flavor('m1.tiny', 1, 512, 1),
    flavor('m1.small', 1, 2048, 20),
    flavor('m1.medium', 2, 4096, 40),
    flavor('m1.large', 4, 8192, 80),
    flavor('m1.xlarge', 8, 16_384, 160),
  ] as const;
  const images = [
    image('tiny', { cachedOn: [hosts[0].id, hosts[1].id] }),
    image('debian-12', { size: 412 * 1024 * 1024, virtualSize: 3 * 1024 ** 3, cachedOn: [hosts[0].id] }),
    image('alpine', { status: 'saving', sha256: null, size: 160 * 1024 * 1024 }),
  ];
  const instances: Instance[] = [
    instance('web1', flavors[1], hosts[0], { imageId: images[0]?.id ?? null, metadata: { role: 'front' } }),
    instance('web2', flavors[1], hosts[0], { vmState: 'stopped', powerState: 'SHUTDOWN' }),
    instance('build-runner', flavors[3], hosts[1], { taskState: 'rebooting' }),
    instance('db', flavors[2], hosts[2], { seenAt: ago(540) }),
    instance('new-one', flavors[0], hosts[0], {
      vmState: 'building',
      taskState: 'block_device_mapping',
      powerState: 'NOSTATE',
      addresses: [],
      launchedAt: null,
    }),
    instance('too-big', flavors[5], null, {
      vmState: 'error',
      powerState: 'NOSTATE',
      addresses: [],
      launchedAt: null,
      fault: {
        at: ago(50),
        step: 'schedule',
        error: {
          code: 'scheduler.no_valid_host',
          message: 'No valid host was found: atlas and vega have too little memory, rigel is not connected.',
        },
      },
    }),
    ...Array.from({ length: workers }, (_, n) =>
      instance(`worker-${n + 1}`, flavors[n % 3] ?? flavors[0], hosts[n % 2] ?? hosts[0]),
    ),
  ];
  const building = instances[4];
  const tasks = [
    task('instance.create', 'new-one', {
      instanceId: building?.id ?? null,
      state: 'running',
      finishedAt: null,
      cancellable: true,
      steps: STEPS.slice(0, 4).map((name, n) => ({
        name,
        state: n === 3 ? 'running' : 'done',
        startedAt: ago(8 - n),
        finishedAt: n === 3 ? null : ago(7 - n),
        error: null,
      })),
    }),
    task('image.create', 'alpine', {
      imageId: images[2]?.id ?? null,
      state: 'running',
      finishedAt: null,
      cancellable: true,
      lane: 'image',
      steps: [{ name: 'copy', state: 'running', startedAt: ago(4), finishedAt: null, error: null }],
    }),
    task('instance.create', 'too-big', {
      state: 'failed',
      error: {
        code: 'scheduler.no_valid_host',
        message: 'No valid host was found: atlas and vega have too little memory.',
      },
    }),
    task('instance.start', 'web1'),
  ];
  const foreign = [
    {
      hostId: hosts[0].id,
      uuid: '11111111-0000-4000-8000-000000000001',
      name: 'old-windows',
      state: 'running',
      vcpus: 4,
      ram: 8192,
      kind: 'unmanaged' as const,
      owner: null,
      refusal: null,
    },
    {
      hostId: hosts[0].id,
      uuid: '11111111-0000-4000-8000-000000000002',
      name: 'router',
      state: 'shut off',
      vcpus: 1,
      ram: 512,
      kind: 'other' as const,
      owner: { controlId: 'c', controlName: 'mai@laptop', instanceName: 'router' },
      refusal: null,
    },
  ];
  return {
    hosts: [...hosts] as Host[],
    flavors: [...flavors],
    keypairs: [keypair('desk'), keypair('laptop')],
    images,
    instances,
    tasks,
    foreign,
  };
}

export type Scene = ReturnType<typeof busyScene>;

/** First start: this computer, flavors, a key pair, the tiny image, and no instance yet. */
export function freshScene(): Scene {
  const scene = busyScene();
  const local = host('This computer', { address: { kind: 'local', uri: 'qemu:///system' }, guests: 0 });
  return {
    ...scene,
    hosts: [local],
    instances: [],
    tasks: [],
    foreign: [],
    images: scene.images.slice(0, 1),
    keypairs: scene.keypairs.slice(0, 1),
  };
}

export function actionsOf(one: Instance): ActionRecord[] {
  return [
    {
      requestId: `req-${one.id}`,
      instanceId: one.id,
      action: 'create',
      user: 'admin',
      startedAt: ago(70),
      finishedAt: one.vmState === 'building' ? null : ago(62),
      result: one.vmState === 'building' ? null : 'success',
      message: null,
      events: STEPS.map((name, n) => ({
        name,
        host: n > 2 ? one.hostName : null,
        startedAt: ago(70 - n * 0.9),
        finishedAt: ago(70 - n * 0.9 - (n % 4) * 0.25 - 0.02),
        result: 'success' as const,
        detail: null,
      })),
    },
  ];
}

const weighers = (scale: number) => [
  { name: 'RAM', raw: 18_000 * scale, normalized: scale, multiplier: 1 },
  { name: 'CPU', raw: 55 * scale, normalized: scale, multiplier: 1 },
  { name: 'disk', raw: 360 * scale, normalized: scale, multiplier: 1 },
  { name: 'io_ops', raw: 0, normalized: 0, multiplier: -1 },
  { name: 'build_failure', raw: 0, normalized: 0, multiplier: 1_000_000 },
];

export function decisionFor(scene: Scene): Decision {
  return {
    selected: scene.hosts[0]?.id ?? null,
    alternates: scene.hosts[1] ? [scene.hosts[1].id] : [],
    hosts: scene.hosts.map((each, n) =>
      each.connection === 'connected'
        ? {
            hostId: each.id,
            hostName: each.name,
            accepted: true,
            filter: null,
            reason: null,
            weight: 3 - n * 2.1,
            weighers: weighers(1 - n * 0.7),
          }
        : {
            hostId: each.id,
            hostName: each.name,
            accepted: false,
            filter: 'Compute',
            reason: 'The host is not connected.',
            weight: null,
            weighers: [],
          },
    ),
    omitted: 0,
    notes: [],
    counts: [
      { filter: 'placement', before: scene.hosts.length, after: scene.hosts.length },
      {
        filter: 'Compute',
        before: scene.hosts.length,
        after: scene.hosts.filter((each) => each.connection === 'connected').length,
      },
    ],
  };
}

/** All of them on the picked host, or none. */
export function previewFor(scene: Scene, count: number): Preview {
  const decision = decisionFor(scene);
  const picked = decision.hosts.find(({ hostId }) => hostId === decision.selected);
  return {
    ...decision,
    fitting: picked === undefined ? 0 : count,
    placements:
      picked === undefined ? [] : [{ hostId: picked.hostId, hostName: picked.hostName, instances: count }],
    shortfall:
      picked === undefined ? { code: 'scheduler.no_valid_host', message: 'No valid host was found.' } : null,
  };
}
