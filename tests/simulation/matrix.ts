import type { TaskKind } from '../../core/queue/kinds.ts';
import { q } from '../../core/state/query.ts';
import type { Fault, Moment, Planned, Point } from './faults.ts';
import type { Scenario } from './scenarios.ts';
import { World, type WorldOptions } from './world.ts';

/** A fault as a column of the table. */
export const MATRIX_FAULTS = {
  kill: { what: 'kill', down: 2_000 },
  'link cut': { what: 'cut' },
  'libvirtd restarted': { what: 'libvirtd', down: 2_000 },
  'power cut': { what: 'power', down: 20_000 },
  'disk full': { what: 'diskFull', for: 10_000 },
  'database full': { what: 'databaseFull', for: 3_000 },
  'clock forward': { what: 'clock', by: 86_400_000 },
  'clock back': { what: 'clock', by: -86_400_000 },
} as const satisfies Record<string, Fault>;
export type MatrixFault = keyof typeof MATRIX_FAULTS;

/** Those after which everything that was asked for must have come about all the same. */
const SURVIVED: readonly MatrixFault[] = [
  'kill',
  'link cut',
  'libvirtd restarted',
  'database full',
  'clock forward',
  'clock back',
];

export interface Cell {
  readonly kind: TaskKind;
  readonly scenario: Scenario;
  readonly fault: MatrixFault;
  readonly point: Point;
}

async function ran(scenario: Scenario, options: Omit<WorldOptions, 'hosts'>): Promise<World> {
  const world = new World({ hosts: scenario.hosts ?? ['one', 'two'], ...options });
  world.start();
  await world.rest();
  await scenario.prepare?.(world);
  world.arm();
  scenario.act(world);
  return world;
}

/** Every moment of one way in which an operation runs. */
export async function pointsOf(scenario: Scenario, seed: number): Promise<readonly Point[]> {
  using world = await ran(scenario, { seed, keepPoints: true });
  await world.rest();
  await world.conclude('at once');
  const findings = [...world.findings, ...scenario.expect(world)];
  if (findings.length > 0) throw new Error(`${scenario.variant}, undisturbed: ${findings.join('; ')}`);
  return world.points;
}

/** Runs it once more, with faults. @returns what the rules and the oracle say, and the faults that came */
export async function disturbed(
  scenario: Scenario,
  seed: number,
  planned: readonly Planned[],
  { survives, keepLog = false }: { readonly survives: boolean; readonly keepLog?: boolean },
) {
  using world = await ran(scenario, { seed, planned, keepLog });
  await world.rest();
  await world.conclude('at once');
  const findings = [...world.findings, ...(survives && !world.hasLostCalls ? scenario.expect(world) : [])];
  return { findings, met: world.met, log: world.log };
}

export async function runCell({ scenario, fault, point }: Cell, seed: number) {
  const planned = [{ at: point.at, fault: MATRIX_FAULTS[fault] }];
  return await disturbed(scenario, seed, planned, {
    survives: SURVIVED.includes(fault) && (fault === 'kill' || scenario.isFrail !== true),
  });
}

/** Where a fault makes sense: a transaction is rolled back by nothing but the end of its process. */
export function meets(fault: MatrixFault, moment: Moment): boolean {
  if (fault === 'disk full') return moment === 'before';
  return moment !== 'rolled back' || fault === 'kill';
}

const inputs = (kind: TaskKind) =>
  q.selectFrom('tasks').select('input_json').where('kind', '=', kind).orderBy('created_at', 'desc');

/** Runs it undisturbed, and looks at the input of the task that did it. */
export async function inputOf<T>(
  scenario: Scenario,
  kind: TaskKind,
  look: (world: World, input: unknown) => T,
): Promise<T> {
  using world = await ran(scenario, { seed: 7 });
  await world.conclude('at once');
  const row = world.database.first(inputs(kind));
  if (row === undefined) throw new Error(`${scenario.variant} never was a task ${kind}`);
  return look(world, JSON.parse(row.input_json));
}
