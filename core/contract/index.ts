import type { z } from 'zod';
import { consoleMethods } from './consoles.ts';
import { flavorMethods } from './flavors.ts';
import { hostMethods } from './hosts.ts';
import { imageMethods } from './images.ts';
import { instanceMethods } from './instances.ts';
import { inventoryMethods } from './inventory.ts';
import { keypairMethods } from './keypairs.ts';
import type { Method } from './method.ts';
import { placementMethods } from './placement.ts';
import { projectMethods } from './projects.ts';
import { schedulingMethods } from './scheduling.ts';
import { systemMethods } from './system.ts';
import { taskMethods } from './tasks.ts';

export * from './common.ts';
export * from './consoles.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './flavors.ts';
export * from './hosts.ts';
export * from './images.ts';
export * from './instance-states.ts';
export * from './instances.ts';
export * from './inventory.ts';
export * from './keypairs.ts';
export * from './method.ts';
export * from './placement.ts';
export * from './projects.ts';
export * from './scheduling.ts';
export * from './system.ts';
export * from './tasks.ts';
export * from './window.ts';

/** Every method of the control plane, by name. IPC, the command line and HTTP are adapters over this one map. */
export const contract = {
  ...flavorMethods,
  ...keypairMethods,
  ...imageMethods,
  ...hostMethods,
  ...instanceMethods,
  ...schedulingMethods,
  ...placementMethods,
  ...projectMethods,
  ...inventoryMethods,
  ...taskMethods,
  ...consoleMethods,
  ...systemMethods,
} satisfies Record<string, Method>;

export type MethodName = keyof typeof contract;
/** What a caller passes (defaults may be left out). */
export type Input<M extends MethodName> = z.input<(typeof contract)[M]['input']>;
/** What a handler receives (defaults filled in). */
export type Parsed<M extends MethodName> = z.output<(typeof contract)[M]['input']>;
export type Output<M extends MethodName> = z.output<(typeof contract)[M]['output']>;

/** `call('flavor.list', {})`: the one function through which every client speaks. */
export type Call = <M extends MethodName>(method: M, input: Input<M>) => Promise<Output<M>>;

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(contract, name);
}
