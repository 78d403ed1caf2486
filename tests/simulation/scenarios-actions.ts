import { findImages } from '../../core/state/images.ts';
import { getInstanceRecord, listInstances } from '../../core/state/instances.ts';
import type { TaskKind } from '../../core/queue/kinds.ts';
import type { Scenario } from './scenarios.ts';
import type { World } from './world.ts';

type Kind = Extract<
  TaskKind,
  `instance.${'pause' | 'unpause' | 'suspend' | 'resume' | 'rescue' | 'unrescue' | 'rebuild' | 'crashDump' | 'softDelete' | 'restore' | 'forceDelete'}`
>;
type Method =
  `instance.${'stop' | 'pause' | 'unpause' | 'suspend' | 'resume' | 'rescue' | 'unrescue' | 'rebuild' | 'crashDump' | 'delete' | 'restore' | 'forceDelete'}`;
type Deed = readonly [Method, object?];

const the = (world: World): string => listInstances(world.database)[0]?.id ?? '';

const ask =
  ([method, input = {}]: Deed) =>
  (world: World): void =>
    world.call(method, { ref: the(world), ...input });

/** A guest that runs, and to which all this was done. */
const after =
  (...deeds: readonly Deed[]) =>
  async (world: World): Promise<void> => {
    world.call('instance.create', { name: 'web', flavor: 'small', image: 'tiny' });
    await world.rest();
    for (const deed of deeds) {
      ask(deed)(world);
      await world.rest();
    }
  };

/** Its state, and what only the host knows of it. */
const is =
  (vmState: string, { image = 'tiny' }: { readonly image?: string } = {}) =>
  (world: World): string[] => {
    const [instance, ...more] = listInstances(world.database);
    if (instance === undefined || more.length > 0) return [`expected one instance, not ${more.length + 1}`];
    const host = world.hosts.find(({ id }) => id === instance.hostId);
    const domain = host?.fake.domains.get(instance.id);
    const disks = host?.fake.disks.get(instance.id);
    const rescue = getInstanceRecord(world.database, instance.id)?.rescue ?? null;
    const [wanted] = findImages(world.database, image);
    return [
      ...(instance.vmState === vmState ? [] : [`expected ${vmState}, not ${instance.vmState}`]),
      ...(instance.imageName === image && disks?.root === wanted?.id
        ? []
        : [`its disk is not made of ${image}`]),
      ...(domain?.saved === (vmState === 'suspended') ? [] : ['its memory is kept, or lost']),
      ...(domain?.rescue === (rescue !== null) ? [] : ['it boots what its row does not say']),
      ...(disks?.rescue === rescue?.imageId ? [] : ['a rescue disk too many, or too few']),
    ];
  };

const isGone = (world: World): string[] =>
  listInstances(world.database).length === 0 ? [] : ['it is still there'];

const STOP: Deed = ['instance.stop'];
const PAUSE: Deed = ['instance.pause'];
const SUSPEND: Deed = ['instance.suspend'];
const RESCUE: Deed = ['instance.rescue', { image: 'other' }];
const UNRESCUE: Deed = ['instance.unrescue'];
const REBUILD: Deed = ['instance.rebuild', { image: 'other' }];
const SOFT_DELETE: Deed = ['instance.delete', { soft: true }];
const RESTORE: Deed = ['instance.restore'];

function one(variant: string, before: readonly Deed[], deed: Deed, expect: Scenario['expect']): Scenario {
  return { variant, hosts: ['one'], prepare: after(...before), act: ask(deed), expect };
}

/** The ways of what is done to a guest that is there. */
export const ACTION_SCENARIOS: Readonly<Record<Kind, readonly [Scenario, ...Scenario[]]>> = {
  'instance.pause': [one('running', [], PAUSE, is('paused'))],
  'instance.unpause': [one('paused', [PAUSE], ['instance.unpause'], is('active'))],
  'instance.suspend': [one('running', [], SUSPEND, is('suspended'))],
  'instance.resume': [one('suspended', [SUSPEND], ['instance.resume'], is('active'))],
  'instance.rescue': [
    one('running', [], RESCUE, is('rescued')),
    one('stopped', [STOP], RESCUE, is('rescued')),
  ],
  'instance.unrescue': [
    one('was running', [RESCUE], UNRESCUE, is('active')),
    one('was stopped', [STOP, RESCUE], UNRESCUE, is('stopped')),
  ],
  'instance.rebuild': [
    one('running', [], REBUILD, is('active', { image: 'other' })),
    one('stopped', [STOP], REBUILD, is('stopped', { image: 'other' })),
  ],
  'instance.crashDump': [one('running', [], ['instance.crashDump'], is('active'))],
  'instance.softDelete': [one('running', [], SOFT_DELETE, is('soft-delete'))],
  'instance.restore': [
    one('was running', [SOFT_DELETE], RESTORE, is('active')),
    one('was rescued', [RESCUE, SOFT_DELETE], RESTORE, is('rescued')),
  ],
  'instance.forceDelete': [
    one('running', [], ['instance.forceDelete'], isGone),
    {
      ...one('its host is away', [], ['instance.forceDelete'], isGone),
      prepare: async (world) => {
        await after()(world);
        world.apply({ what: 'power', down: 100_000 }, world.hosts[0]);
        await world.pass(5_000);
      },
    },
  ],
};
