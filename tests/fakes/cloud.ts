import {
  ADMIN_PROJECT,
  type Aggregate,
  type Decision,
  type Finding,
  type Instance,
  type MethodName,
  type Project,
  type SchedulerPart,
  type ServerGroup,
  type VmState,
} from '../../core/contract/index.ts';
import { statusOf } from '../../core/domain/instance-states.ts';
import { ago, nextRevision, uuid } from './data.ts';
import { decisionFor, previewFor, type Scene } from './scene.ts';

type Handler = (input: Record<string, unknown>) => unknown;

const UNLIMITED = {
  instances: -1,
  cores: -1,
  ram: -1,
  keyPairs: 100,
  serverGroups: -1,
  serverGroupMembers: -1,
  metadataItems: 128,
};

function project(name: string, over: Partial<Project> = {}): Project {
  return {
    id: uuid(),
    name,
    description: null,
    enabled: true,
    quota: { ...UNLIMITED, instances: 10, cores: 20, ram: 51_200 },
    createdAt: ago(90_000),
    revision: nextRevision(),
    ...over,
  };
}

function parts(): SchedulerPart[] {
  const filter = (
    name: string,
    description: string,
    enabled: boolean,
    reads: string[] = [],
  ): SchedulerPart => ({
    name,
    kind: 'filter',
    description,
    enabled,
    enabledByDefault: enabled,
    multiplier: null,
    defaultMultiplier: null,
    reads,
  });
  const weigher = (name: string, description: string, multiplier: number): SchedulerPart => ({
    name,
    kind: 'weigher',
    description,
    enabled: true,
    enabledByDefault: true,
    multiplier,
    defaultMultiplier: multiplier,
    reads: [`${name.toLowerCase()}_weight_multiplier`],
  });
  return [
    filter('Compute', 'The host must be connected and enabled.', true),
    filter('ImageProperties', 'The host must offer what the image asks for.', true),
    filter('ServerGroupAntiAffinity', 'No more members of a group on the host than its limit.', true, [
      'group',
    ]),
    filter('NumInstances', 'No more instances on the host than the limit.', false, [
      'max_instances_per_host',
    ]),
    weigher('RAM', 'More free memory is better.', 1),
    weigher('IoOps', 'Fewer builds at once are better.', -1),
  ];
}

const XML = `<domain type="kvm">
  <name>micronova-0a1b2c3d</name>
  <memory unit="KiB">524288</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch="x86_64" machine="pc">hvm</type>
    <boot dev="hd"/>
  </os>
  <devices>
    <disk type="file" device="disk">
      <source file="/var/lib/libvirt/images/micronova-0a1b2c3d-root"/>
      <target dev="vda" bus="virtio"/>
    </disk>
  </devices>
</domain>
`;

function findings({ hosts, instances }: Scene): Finding[] {
  const [atlas, vega] = hosts;
  const [web1] = instances;
  if (!atlas || !vega || !web1) return [];
  const at = { hostId: atlas.id, hostName: atlas.name, foundAt: ago(240), bytes: null, definitions: null };
  return [
    {
      ...at,
      id: 'drift',
      kind: 'drift',
      instanceId: web1.id,
      subject: web1.name,
      detail: 'The memory and the number of vCPUs are not the ones that Micronova defined.',
      definitions: {
        ours: XML,
        host: XML.replace('524288', '1048576').replace('<vcpu>1', '<vcpu>2'),
      },
      resolutions: ['accept_host', 'restore_ours'],
    },
    {
      ...at,
      id: 'volume',
      kind: 'orphan_volume',
      instanceId: null,
      subject: 'micronova-77aa0b11-root',
      detail: 'A disk with our name, of an instance that is neither here nor defined on the host.',
      bytes: 3.2e9,
      resolutions: ['remove'],
    },
    {
      ...at,
      hostId: vega.id,
      hostName: vega.name,
      id: 'lease',
      kind: 'orphan_reservation',
      instanceId: null,
      subject: 'fa:16:3e:12:34:56',
      detail: 'An address is kept for a guest that there is no more.',
      resolutions: ['remove'],
    },
  ];
}

function aggregatesOf({ hosts }: Scene): Aggregate[] {
  const [atlas, vega] = hosts;
  if (!atlas || !vega) return [];
  const made = { createdAt: ago(50_000), revision: nextRevision() };
  return [
    {
      id: uuid(),
      name: 'ssd',
      availabilityZone: 'rack-1',
      metadata: { ssd: 'true', ram_weight_multiplier: '2' },
      hostIds: [atlas.id],
      ...made,
    },
    { id: uuid(), name: 'old iron', availabilityZone: null, metadata: {}, hostIds: [vega.id], ...made },
  ];
}

function groupsOf({ instances }: Scene): ServerGroup[] {
  return [
    {
      id: uuid(),
      name: 'web',
      policy: 'anti-affinity',
      maxServerPerHost: 1,
      projectId: ADMIN_PROJECT,
      memberIds: instances.slice(0, 2).map((one) => one.id),
      createdAt: ago(40_000),
      revision: nextRevision(),
    },
  ];
}

function resultOf(one: Instance, vmState: VmState, over: Partial<Instance> = {}): Instance {
  return { ...one, ...over, vmState, status: statusOf(vmState, null), revision: nextRevision() };
}

/** Where each instance of a host would go: two of three find room. */
function refuges(scene: Scene, ref: unknown) {
  const dead = scene.hosts.find((host) => host.id === ref) ?? scene.hosts[0];
  const other = scene.hosts.find((host) => host.id !== dead?.id);
  return {
    hostId: dead?.id,
    hostName: dead?.name,
    refuges: scene.instances
      .filter((one) => one.hostId === dead?.id)
      .slice(0, 9)
      .map((one, n) => ({
        instanceId: one.id,
        instanceName: one.name,
        hostId: n % 3 === 2 ? null : (other?.id ?? null),
        hostName: n % 3 === 2 ? null : (other?.name ?? null),
        reason: n % 3 === 2 ? 'vega: RAM: asked 2048 MiB, free 772 of 15872' : null,
      })),
  };
}

function usageOf(scene: Scene, ref: unknown) {
  const host = scene.hosts.find((each) => each.id === ref);
  const consumers = scene.instances
    .filter((one) => one.hostId === ref)
    .slice(0, 6)
    .map((one) => ({
      consumerId: one.id,
      kind: 'instance' as const,
      name: one.name,
      amount: one.flavor.ram,
    }));
  const amount = (
    resourceClass: string,
    from: { total: number; used: number; reserved: number; ratio: number },
  ) => ({
    resourceClass,
    total: from.total,
    reserved: from.reserved,
    minUnit: 1,
    maxUnit: from.total,
    stepSize: 1,
    allocationRatio: from.ratio,
    capacity: (from.total - from.reserved) * from.ratio,
    used: from.used,
    consumers,
  });
  if (host === undefined) return undefined;
  return {
    hostId: host.id,
    hostName: host.name,
    generation: 12,
    traits: ['COMPUTE_NODE', 'HW_CPU_X86_AVX2', 'HW_CPU_X86_SSE42'],
    usages: [amount('VCPU', host.vcpus), amount('MEMORY_MB', host.ram), amount('DISK_GB', host.disk)],
  };
}

const DIAGNOSTICS = {
  powerState: 'RUNNING',
  uptime: 8_412,
  cpus: [{ id: 0, time: 91_000_000_000 }],
  memory: { maximum: 512 * 1024 ** 2, used: 210 * 1024 ** 2, resident: 340 * 1024 ** 2 },
  disks: [
    {
      device: 'vda',
      readBytes: 81_000_000,
      readRequests: 2_410,
      writeBytes: 12_000_000,
      writeRequests: 731,
      capacity: 1024 ** 3,
      allocation: 340 * 1024 ** 2,
    },
  ],
  nics: [
    {
      device: 'vnet3',
      mac: 'fa:16:3e:1f:aa:20',
      rxBytes: 4_100_000,
      rxPackets: 3_900,
      rxErrors: 0,
      txBytes: 1_200_000,
      txPackets: 2_200,
      txErrors: 0,
    },
  ],
};

/** What projects, placement, scheduler and inventory answer on paper. */
export function cloudFakes(
  scene: Scene,
  change: (one: Instance) => void,
  act: (ref: unknown, kind: string) => unknown,
): Partial<Record<MethodName, Handler>> {
  const projects = [
    project('admin', { id: ADMIN_PROJECT, quota: UNLIMITED }),
    project('students', { description: 'Two courses share it' }),
  ];
  const decision = (): Decision => ({
    ...decisionFor(scene),
    notes: scene.hosts.length > 1 ? ['The hint “rack” is read by no filter and has no effect.'] : [],
  });
  const become =
    (kind: string, vmState: VmState | null, over: Partial<Instance> = {}): Handler =>
    ({ ref }) => {
      const one = scene.instances.find((each) => each.id === ref || each.name === ref);
      if (one !== undefined && vmState !== null) change(resultOf(one, vmState, over));
      return act(ref, kind);
    };
  return {
    'project.list': () => projects,
    'project.usage': () => ({ instances: 7, cores: 18, ram: 20_480, keyPairs: 2, serverGroups: 1 }),
    'aggregate.list': () => aggregatesOf(scene),
    'serverGroup.list': () => groupsOf(scene),
    'availabilityZone.list': () => [
      { name: 'nova', available: true, hostIds: [] },
      { name: 'rack-1', available: true, hostIds: [] },
    ],
    'scheduler.parts': parts,
    'scheduler.room': () => previewFor(scene, 23),
    'scheduler.withoutHost': ({ ref }) => refuges(scene, ref),
    'placement.usage': ({ ref }) => usageOf(scene, ref),
    'placement.audit': () => [],
    'finding.list': () => findings(scene),
    'recovery.list': () => [],
    'backup.list': () => [
      {
        file: '/home/me/.local/share/micronova/backups/1.db',
        at: ago(3_600),
        size: 1_400_000,
        reason: 'daily',
      },
    ],
    'instance.decisions': () => [{ at: ago(70), requestId: 'req-1', action: 'create', decision: decision() }],
    'instance.diagnostics': () => DIAGNOSTICS,
    'instance.pause': become('instance.pause', 'paused', { powerState: 'PAUSED' }),
    'instance.unpause': become('instance.unpause', 'active', { powerState: 'RUNNING' }),
    'instance.suspend': become('instance.suspend', 'suspended', { powerState: 'SHUTDOWN' }),
    'instance.resume': become('instance.resume', 'active', { powerState: 'RUNNING' }),
    'instance.rescue': become('instance.rescue', 'rescued', { rescueImageName: 'tiny' }),
    'instance.unrescue': become('instance.unrescue', 'active', { rescueImageName: null }),
    'instance.restore': become('instance.restore', 'active', { reclaimAt: null }),
  };
}
