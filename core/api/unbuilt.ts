import type { MethodName } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

/** Methods whose handlers are on their way. */
export const UNBUILT = [
  'aggregate.list',
  'aggregate.create',
  'aggregate.set',
  'aggregate.delete',
  'availabilityZone.list',
  'serverGroup.list',
  'serverGroup.create',
  'serverGroup.delete',
  'scheduler.parts',
  'scheduler.room',
  'scheduler.withoutHost',
  'placement.usage',
  'placement.setInventory',
  'placement.setTraits',
  'placement.candidates',
  'placement.audit',
  'placement.heal',
  'project.list',
  'project.usage',
  'project.create',
  'project.set',
  'project.delete',
  'finding.list',
  'finding.resolve',
  'guest.adopt',
  'instance.release',
  'guest.takeOver',
  'recovery.list',
  'recovery.run',
  'instance.evacuate',
  'task.retry',
  'task.set',
  'backup.list',
  'backup.create',
  'backup.export',
  'backup.import',
] as const satisfies readonly MethodName[];

export function unbuilt(): never {
  throw new ExpectedError('not_supported', 'This is not built yet.');
}
