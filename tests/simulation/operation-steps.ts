import { conductorOperations } from '../../core/conductor/operations.ts';
import { silentLog } from '../../core/domain/log.ts';
import type { TaskKind } from '../../core/queue/kinds.ts';
import { memoryImages } from './memory-images.ts';
import { inputOf } from './matrix.ts';
import { SCENARIOS } from './scenarios.ts';
import type { World } from './world.ts';

/** The steps of an operation as the conductor has them: a new one is met by the crash matrix, or its test fails. */
export async function stepsOf(kind: TaskKind): Promise<readonly string[]> {
  return await inputOf(SCENARIOS[kind][0], kind, ({ database, clock }: World, input: unknown) => {
    const nobody = {
      get: () => {
        throw new Error('nobody is asked');
      },
      attempted: () => Promise.resolve(),
    };
    const parts = { database, drivers: nobody, images: memoryImages, clock, log: silentLog };
    const { steps } = conductorOperations(parts)[kind](input);
    return steps.map(({ name }) => name);
  });
}
