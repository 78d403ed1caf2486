import type { MethodName } from '../../core/contract/index.ts';
import { listInstances } from '../../core/state/instances.ts';
import { listActiveTasks } from '../../core/state/tasks.ts';
import type { Fault } from './faults.ts';
import { defineForeign } from './foreign.ts';
import type { World } from './world.ts';

/** What somebody does. A `pick` chooses among what there is at that moment. */
export type Command =
  | { readonly do: 'create'; readonly flavor: string; readonly count: number; readonly on: string | null }
  /** a person's command on an instance */
  | { readonly do: 'act'; readonly method: MethodName; readonly pick: number; readonly input?: object }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'image'; readonly method: 'image.upload' | 'image.delete'; readonly pick: number }
  /** with virsh, on the host */
  | {
      readonly do: 'virsh';
      readonly what: 'start' | 'destroy' | 'undefine' | 'define';
      readonly pick: number;
    }
  | { readonly do: 'disable' | 'enable'; readonly host: number }
  | { readonly do: 'quit'; readonly down: number }
  | { readonly do: 'fault'; readonly fault: Fault; readonly host: number };

export interface Scripted {
  /** milliseconds after the beginning */
  readonly at: number;
  readonly command: Command;
}

function of<T>(list: readonly T[], pick: number): T | undefined {
  return list[pick % Math.max(1, list.length)];
}

export function carryOut(world: World, command: Command): void {
  switch (command.do) {
    case 'create':
      return create(world, command);
    case 'act':
      return act(world, command);
    case 'cancel': {
      // Who cancels a cleanup wants what it would remove to stay.
      const tasks = listActiveTasks(world.database).filter(({ kind }) => !kind.endsWith('.cleanup'));
      const task = of(tasks, command.pick);
      return task && world.call('task.cancel', { id: task.id });
    }
    case 'image':
      return image(world, command);
    case 'virsh':
      return virsh(world, command);
    case 'disable':
    case 'enable': {
      const host = of(world.hosts, command.host);
      const enabled = command.do === 'enable';
      return host && world.call('host.set', { ref: host.id, enabled });
    }
    case 'quit':
      return world.quit(command.down);
    case 'fault':
    default: {
      world.note(`** ${JSON.stringify(command.fault)}`);
      return world.apply(command.fault, of(world.hosts, command.host) ?? null);
    }
  }
}

function create(world: World, { flavor, count, on }: Extract<Command, { do: 'create' }>): void {
  const name = `i${world.nextName()}`;
  world.call('instance.create', { name, flavor, image: 'tiny', count, ...(on !== null && { host: on }) });
}

function act(world: World, { method, pick, input }: Extract<Command, { do: 'act' }>): void {
  // Oldest first, so that what comes later does not change who is meant.
  const instance = of(listInstances(world.database).toReversed(), pick);
  if (instance !== undefined) world.call(method, { ref: instance.id, ...input });
}

function image(world: World, { method, pick }: Extract<Command, { do: 'image' }>): void {
  const host = of(world.hosts, pick);
  if (method === 'image.upload') world.call(method, { ref: 'other', host: host?.id });
  else world.call(method, { ref: pick % 2 === 0 ? 'tiny' : 'other' });
}

function virsh(world: World, { what, pick }: Extract<Command, { do: 'virsh' }>): void {
  const guests = world.hosts
    .filter(({ isUp }) => isUp)
    .flatMap((host) => [...host.fake.domains.keys()].map((id) => ({ host, id })));
  const guest = of(guests, pick);
  if (what === 'define') return defineForeign(world, of(world.hosts, pick));
  if (guest === undefined) return;
  const { fake } = guest.host;
  world.note(`virsh ${what} ${guest.id} on ${guest.host.name}`);
  if (what === 'start') return fake.boot(guest.id);
  if (what === 'destroy') return fake.halt(guest.id);
  guest.host.undefine(guest.id);
  world.undefined.add(guest.id);
}
