import type { Command, Scripted } from './commands.ts';
import type { Fault, Planned } from './faults.ts';
import { Random } from './random.ts';

/** How it comes to an end: at once, after another start, or after another full look at all hosts. */
export type End = 'at once' | 'restart' | 'wait';

/** All that is done and goes wrong in one history. */
export interface Script {
  readonly commands: readonly Scripted[];
  readonly planned: readonly Planned[];
  readonly end: End;
  readonly hosts: readonly string[];
}

/** milliseconds in which the commands come */
const BUSY_TIME = 20_000;
/** how many moments a history of that size has, about */
const MOMENTS = 200;

function drawFault(random: Random): Fault {
  const what = random.weighted({
    kill: 30,
    cut: 12,
    libvirtd: 6,
    power: 6,
    diskFull: 6,
    databaseFull: 6,
    clock: 6,
    fail: 8,
    hang: 3,
  });
  switch (what) {
    case 'kill':
      return { what, down: random.pick([0, 500, 5_000, 90_000]) };
    case 'libvirtd':
      return { what, down: random.between(500, 5_000) };
    case 'power':
      return { what, down: random.pick([5_000, 40_000, 300_000]) };
    case 'diskFull':
    case 'databaseFull':
      return { what, for: random.pick([100, 3_000, 30_000]) };
    case 'clock':
      return { what, by: random.pick([-86_400_000, -3_600_000, -2_000, 2_000, 3_600_000, 86_400_000]) };
    case 'hang':
      return { what, for: random.pick([20_000, 2_400_000]) };
    case 'cut':
    case 'fail':
    default:
      return { what };
  }
}

function drawAct(random: Random): Command {
  const method = random.weighted({
    'instance.delete': 8,
    'instance.stop': 6,
    'instance.start': 6,
    'instance.reboot': 6,
    'instance.pause': 2,
    'instance.unpause': 2,
    'instance.suspend': 2,
    'instance.resume': 2,
    'instance.rescue': 3,
    'instance.unrescue': 3,
    'instance.rebuild': 4,
    'instance.restore': 2,
    'instance.forceDelete': 2,
    'instance.evacuate': 4,
    'instance.lock': 1,
    'instance.unlock': 1,
    'instance.release': 1,
    'instance.set': 2,
  });
  return { do: 'act', method, pick: random.below(8), input: inputOf(method, random) };
}

function inputOf(method: string, random: Random): object {
  const when = random.pick([{}, {}, { whenBack: true }]);
  switch (method) {
    case 'instance.reboot':
      return { type: random.pick(['soft', 'hard']), ...when };
    case 'instance.delete':
      return { soft: random.pick([true, false, false]), ...when };
    case 'instance.rebuild':
    case 'instance.rescue':
      return { image: random.pick(['tiny', 'other']), ...when };
    case 'instance.set':
      return { name: random.pick(['a', 'b']) };
    case 'instance.start':
    case 'instance.stop':
      return when;
    default:
      return {};
  }
}

function drawCommand(random: Random): Command {
  const pick = random.below(8);
  const host = random.below(3);
  switch (
    random.weighted({ create: 25, act: 45, virsh: 10, cancel: 3, image: 2, host: 2, quit: 3, fault: 8 })
  ) {
    case 'create': {
      const flavor = random.pick(['small', 'small', 'small', 'large', 'huge']);
      const on = random.pick([null, null, null, 'one']);
      return { do: 'create', flavor, count: random.pick([1, 1, 2]), on };
    }
    case 'act':
      return drawAct(random);
    case 'virsh':
      return { do: 'virsh', what: random.pick(['start', 'destroy', 'destroy', 'undefine', 'define']), pick };
    case 'cancel':
      return { do: 'cancel', pick };
    case 'image':
      return { do: 'image', method: random.pick(['image.upload', 'image.upload', 'image.delete']), pick };
    case 'host':
      return { do: random.pick(['disable', 'enable']), host };
    case 'quit':
      return { do: 'quit', down: random.pick([0, 20_000]) };
    case 'fault':
    default:
      return { do: 'fault', fault: drawFault(random), host };
  }
}

/** One seed, one script. */
export function drawScript(seed: number): Script {
  const random = new Random(seed);
  const commands = Array.from({ length: random.between(1, 5) }, () => ({
    at: random.below(BUSY_TIME),
    command: drawCommand(random),
  }));
  const first = { at: 0, command: { do: 'create', flavor: 'small', count: 1, on: null } } as const;
  const planned = Array.from({ length: random.pick([0, 1, 1, 2, 3]) }, () => ({
    at: random.below(MOMENTS),
    fault: drawFault(random),
  }));
  return {
    commands: [first, ...commands.toSorted((a, b) => a.at - b.at)],
    planned,
    end: random.weighted({ 'at once': 12, restart: 5, wait: 1 }),
    hosts: random.pick([['one', 'two'], ['one', 'two'], ['one', 'two', 'three'], ['one']]),
  };
}
