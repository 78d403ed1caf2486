import { carryOut } from './commands.ts';
import type { Script } from './script.ts';
import { World, type WorldOptions } from './world.ts';

export interface Played {
  readonly findings: readonly string[];
  readonly log: readonly string[];
  readonly met: World['met'];
}

/** Plays one history from its beginning to its end. The same seed and script give the same log, word for word. */
export async function play(
  seed: number,
  script: Script,
  options: Pick<WorldOptions, 'keepLog'> = {},
): Promise<Played> {
  using world = new World({ seed, hosts: script.hosts, planned: script.planned, ...options });
  world.start();
  await world.rest();
  world.arm();
  const begin = world.clock.elapsed();
  for (const { at, command } of script.commands) {
    await world.pass(Math.max(0, begin + at - world.clock.elapsed()));
    carryOut(world, command);
  }
  await world.conclude(script.end);
  return { findings: world.findings, log: world.log, met: world.met };
}
