import { z } from 'zod';
import { Revision } from './common.ts';
import { Flavor } from './flavors.ts';
import { Host } from './hosts.ts';
import { Image } from './images.ts';
import { ActionRecord, Instance } from './instances.ts';
import { Keypair } from './keypairs.ts';
import { Project } from './projects.ts';
import { Aggregate, ServerGroup } from './scheduling.ts';
import { Settings } from './system.ts';
import { Task, TaskProgress } from './tasks.ts';

function changed<T extends string, V extends z.ZodType>(type: T, value: V) {
  return z.strictObject({ type: z.literal(type), value });
}

/**
 * What the control plane tells its clients. A client applies a value when its revision is higher than the one it has,
 * so it may subscribe first and list afterwards without losing or undoing anything.
 */
export const ContractEvent = z.discriminatedUnion('type', [
  changed('flavor.changed', Flavor),
  changed('keypair.changed', Keypair),
  changed('image.changed', Image),
  changed('host.changed', Host),
  changed('instance.changed', Instance),
  changed('instance.action', ActionRecord),
  changed('task.changed', Task),
  /** not stored: at most 4 a second for each task */
  changed('task.progress', TaskProgress),
  changed('settings.changed', Settings),
  changed('project.changed', Project),
  changed('aggregate.changed', Aggregate),
  changed('serverGroup.changed', ServerGroup),
  /** foreign guests of a host changed: list them again */
  changed('host.foreignGuests', z.strictObject({ hostId: z.uuid() })),
  /** findings of a host changed: list them again */
  changed('host.findings', z.strictObject({ hostId: z.uuid() })),
  z.strictObject({
    type: z.literal('deleted'),
    resource: z.enum([
      'flavor',
      'keypair',
      'image',
      'host',
      'instance',
      'project',
      'aggregate',
      'serverGroup',
    ]),
    id: z.string(),
    revision: Revision,
  }),
]);
export type ContractEvent = z.infer<typeof ContractEvent>;
