import { ExpectedError } from '../../core/domain/errors.ts';
import { enqueue } from '../../core/queue/enqueue.ts';
import type { TaskKind } from '../../core/queue/kinds.ts';
import { findImages } from '../../core/state/images.ts';
import { listInstances } from '../../core/state/instances.ts';
import { addImageRow } from './fixture.ts';
import { defineForeign } from './foreign.ts';
import { ACTION_SCENARIOS } from './scenarios-actions.ts';
import type { SimHost } from './sim-host.ts';
import type { World } from './world.ts';

/** One way in which an operation runs, from a world at rest to a world at rest. */
export interface Scenario {
  readonly variant: string;
  readonly hosts?: readonly string[];
  /** only a kill leaves its end as it is: it has no host to spare */
  readonly isFrail?: true;
  /** brings the world to where the operation is asked for */
  readonly prepare?: (world: World) => Promise<void>;
  readonly act: (world: World) => void;
  /** what a kill at any moment must not change, beside what the oracle asks of every world @returns what is not so */
  readonly expect: (world: World) => string[];
}

const first = ({ hosts: [host] }: World): SimHost => {
  if (host === undefined) throw new Error('there is no host');
  return host;
};

const launch = (world: World, count = 1): void =>
  world.call('instance.create', { name: 'web', flavor: 'small', image: 'tiny', count });

async function launched(world: World): Promise<void> {
  launch(world);
  await world.rest();
}

const the = (world: World): string => listInstances(world.database)[0]?.id ?? '';

const is =
  (vmState: string, count = 1) =>
  (world: World): string[] => {
    const states = listInstances(world.database).map((instance) => instance.vmState);
    const right = states.length === count && states.every((state) => state === vmState);
    return right ? [] : [`expected ${count} × ${vmState}, not ${states.join(', ') || 'nothing'}`];
  };

const broken = () => new ExpectedError('libvirt.error', 'the host would not');

/** `start` of the first host's guests fails for ever. */
const breakStart = (world: World): void =>
  first(world).fake.faults.fail('start', broken(), { times: Number.POSITIVE_INFINITY });

const act =
  (method: 'instance.delete' | 'instance.start' | 'instance.stop' | 'instance.reboot', input: object = {}) =>
  (world: World): void =>
    world.call(method, { ref: the(world), ...input });

async function stopped(world: World): Promise<void> {
  await launched(world);
  act('instance.stop')(world);
  await world.rest();
}

/** A build leaves its guest on a host that loses its power for longer than anybody waits. */
async function leftOver(world: World): Promise<void> {
  const host = first(world);
  host.fake.faults.once('define', 'after', () => world.apply({ what: 'power', down: 100_000 }, host));
  world.call('instance.create', { name: 'web', flavor: 'small', image: 'tiny' });
  await world.pass(95_000);
}

/** The host of a running instance loses its power for longer than anybody waits. */
async function powerless(world: World): Promise<void> {
  await launched(world);
  const host = world.hosts.find(({ fake }) => fake.domains.has(the(world))) ?? first(world);
  world.apply({ what: 'power', down: 100_000 }, host);
  await world.pass(5_000);
}

/** The data folder is lost; hosts are added again, and their guests tell of another Micronova. */
async function lost(world: World): Promise<void> {
  await launched(world);
  world.loseDatabase();
  // Nobody's, until somebody asks for them back.
  for (const { fake } of world.hosts) for (const id of fake.domains.keys()) world.foreign.add(id);
  await world.rest();
}

function recover(world: World): void {
  const [domain] = first(world).fake.domains.values();
  world.call('recovery.run', { controlId: domain?.mark?.control.id ?? '' });
}

async function foreign(world: World): Promise<void> {
  defineForeign(world, first(world), 'RUNNING');
  await world.pass(1_000);
}

async function adopted(world: World): Promise<void> {
  await foreign(world);
  adopt(world);
  await world.rest();
}

function adopt(world: World): void {
  const [uuid] = world.foreign;
  world.call('guest.adopt', { host: first(world).id, uuid: uuid ?? '' });
}

/** An instance whose guest another Micronova has marked as its own. */
async function others(world: World): Promise<void> {
  defineForeign(world, first(world), 'RUNNING', world.random.uuid());
  await world.pass(1_000);
}

function importImage(world: World): void {
  world.database.write((tx) => {
    const imageId = addImageRow(tx, 'new', 'queued');
    const uploadTo = world.hosts.map(({ id }) => id);
    const input = { imageId, file: '/nowhere/new.img', uploadTo };
    const requestId = `req-${tx.uuid()}`;
    enqueue(tx, {
      kind: 'image.create',
      input,
      subject: 'new',
      imageId,
      requestId,
      cancellable: true,
      lane: 'image',
    });
  });
}

function copy(world: World): void {
  for (const { id } of world.hosts) world.call('image.upload', { ref: 'other', host: id });
}

async function copied(world: World): Promise<void> {
  copy(world);
  await world.rest();
}

async function deletedWhileAway(world: World): Promise<void> {
  await copied(world);
  world.apply({ what: 'power', down: 100_000 }, first(world));
  world.call('image.delete', { ref: 'other' });
  await world.pass(95_000);
}

const hasImage = (name: string, status: string) => (world: World) => {
  const [image] = findImages(world.database, name);
  return image?.status === status ? [] : [`the image ${name} is ${image?.status ?? 'gone'}, not ${status}`];
};

const isCopied = (name: string) => (world: World) => {
  const [image] = findImages(world.database, name);
  const lacks = world.hosts.filter(({ fake, id }) => {
    const isThere = fake.images.get(image?.id ?? '')?.complete === true;
    return !isThere || !image?.cachedOn.includes(id);
  });
  return lacks.map((host) => `${host.name} has no copy of ${name}`);
};

const hasNoImage = (name: string) => (world: World) => [
  ...(findImages(world.database, name).length === 0 ? [] : [`the image ${name} is still there`]),
  ...world.hosts.filter(({ fake }) => fake.images.size > 0).map((host) => `${host.name} still has a copy`),
];

const nothing = (): string[] => [];
/** What is asked for elsewhere is under way already, or comes by itself when the host does. */
const wait = (): void => undefined;

/** At least one way for every operation that there is: one without does not compile. */
export const SCENARIOS: Readonly<Record<TaskKind, readonly [Scenario, ...Scenario[]]>> = {
  'instance.create': [
    { variant: 'built', act: (world) => launch(world, 2), expect: is('active', 2) },
    {
      variant: 'undone and built elsewhere',
      isFrail: true,
      prepare: async (world) => breakStart(world),
      act: launch,
      expect: is('active'),
    },
    {
      variant: 'undone',
      hosts: ['one'],
      prepare: async (world) => breakStart(world),
      act: launch,
      expect: is('error'),
    },
  ],
  'instance.delete': [
    { variant: 'running', prepare: launched, act: act('instance.delete'), expect: is('', 0) },
    {
      variant: 'half built',
      prepare: async (world) => {
        launch(world);
        await world.pass(1_500);
      },
      act: act('instance.delete'),
      expect: is('', 0),
    },
  ],
  'instance.start': [
    { variant: 'stopped', prepare: stopped, act: act('instance.start'), expect: is('active') },
  ],
  'instance.stop': [
    { variant: 'running', prepare: launched, act: act('instance.stop'), expect: is('stopped') },
  ],
  'instance.reboot': [
    { variant: 'soft', prepare: launched, act: act('instance.reboot'), expect: is('active') },
    {
      variant: 'hard',
      prepare: stopped,
      act: act('instance.reboot', { type: 'hard' }),
      expect: is('active'),
    },
    {
      variant: 'deaf',
      prepare: async (world) => {
        await launched(world);
        for (const { fake } of world.hosts) for (const domain of fake.domains.values()) domain.deaf = true;
      },
      act: act('instance.reboot'),
      expect: is('active'),
    },
  ],
  ...ACTION_SCENARIOS,
  'instance.redefine': [
    {
      variant: 'undefined outside',
      prepare: async (world) => {
        await launched(world);
        const host = world.hosts.find(({ fake }) => fake.domains.has(the(world))) ?? first(world);
        host.undefine(the(world));
        world.undefined.add(the(world));
        await world.pass(1_000);
      },
      act: (world) => world.resolveFindings('restore_ours'),
      expect: nothing,
    },
  ],
  'instance.evacuate': [
    {
      variant: 'host gone',
      prepare: powerless,
      act: (world) => world.call('instance.evacuate', { ref: the(world) }),
      expect: is('active'),
    },
  ],
  'instance.cleanup': [{ variant: 'left on a host', prepare: leftOver, act: wait, expect: is('active') }],
  'instance.describe': [
    {
      variant: 'renamed',
      prepare: launched,
      act: (world) => world.call('instance.set', { ref: the(world), name: 'other' }),
      expect: (world) => {
        const names = world.hosts.flatMap(({ fake }) =>
          [...fake.domains.values()].map(({ mark }) => mark?.name),
        );
        return names.join() === 'other' ? [] : [`the guest calls itself ${names.join()}`];
      },
    },
  ],
  'instance.adopt': [{ variant: 'running', prepare: foreign, act: adopt, expect: is('active') }],
  'instance.take_over': [
    {
      variant: 'running',
      prepare: others,
      act: (world) => world.call('guest.takeOver', { host: first(world).id, uuid: [...world.foreign][0] }),
      expect: is('active'),
    },
  ],
  'instance.release': [
    {
      variant: 'adopted',
      prepare: adopted,
      act: (world) => world.call('instance.release', { ref: the(world) }),
      expect: is('', 0),
    },
  ],
  'recovery.run': [
    { variant: 'all lost', hosts: ['one'], prepare: lost, act: recover, expect: is('active') },
  ],
  'image.fetch': [
    {
      variant: 'recovered',
      hosts: ['one'],
      prepare: lost,
      act: recover,
      expect: hasImage('tiny', 'active'),
    },
  ],
  'image.create': [{ variant: 'imported', act: importImage, expect: isCopied('new') }],
  'image.upload': [{ variant: 'to all', act: copy, expect: isCopied('other') }],
  'image.delete': [
    {
      variant: 'copied',
      prepare: copied,
      act: (world) => world.call('image.delete', { ref: 'other' }),
      expect: hasNoImage('other'),
    },
  ],
  'image.cleanup': [
    {
      variant: 'deleted while its host was away',
      prepare: deletedWhileAway,
      act: wait,
      expect: hasNoImage('other'),
    },
  ],
};
