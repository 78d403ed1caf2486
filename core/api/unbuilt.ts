import type { MethodName } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

/** Methods whose handlers are on their way. */
export const UNBUILT = [
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
  'instance.pause',
  'instance.unpause',
  'instance.suspend',
  'instance.resume',
  'instance.rescue',
  'instance.unrescue',
  'instance.rebuild',
  'instance.setPassword',
  'instance.crashDump',
  'instance.lock',
  'instance.unlock',
  'instance.resetState',
  'instance.diagnostics',
  'instance.restore',
  'instance.forceDelete',
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
