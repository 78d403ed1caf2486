import type { MethodName } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

/** Methods whose handlers are on their way. */
export const UNBUILT = [
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
] as const satisfies readonly MethodName[];

export function unbuilt(): never {
  throw new ExpectedError('not_supported', 'This is not built yet.');
}
