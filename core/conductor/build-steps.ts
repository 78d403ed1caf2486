import type { ComputeDriver, GuestSpec, StepOptions } from '../compute/driver.ts';
import type { TaskState } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Step, StepContext } from '../queue/operation.ts';
import { transition } from '../state/instance-changes.ts';
import { type InstanceRecord } from '../state/instances.ts';
import { agreeOnDefinition } from './agree.ts';
import type { ConductorDeps } from './deps.ts';
import { copyStep } from './copy-step.ts';
import { guestSpec, needInstance } from './guest.ts';

type Undo = NonNullable<Step['undo']>;
type Work = (driver: ComputeDriver, guest: GuestSpec, options: StepOptions) => Promise<void>;

function hostOf({ instance: { hostId } }: InstanceRecord): string {
  if (hostId === null)
    throw new ExpectedError('host.not_found', 'The host was removed while it built the instance');
  return hostId;
}

interface Build {
  /** the task states of whoever builds; another one means that somebody else has the instance now */
  readonly own: readonly TaskState[];
  /** its disks are there already, and stay when the build is undone; left out: they are made */
  readonly keepsDisks?: () => boolean;
  /** false: it is left off */
  readonly starts?: boolean;
}

// The scheduler picks a host that is connected: one that is not when a step begins was there a moment ago.
const patient = ({ signal }: StepContext) => ({ signal, resumed: true });

/** The steps from a host that was picked to a guest on it. */
export function buildSteps(
  deps: ConductorDeps,
  instanceId: string,
  { own, keepsDisks = () => false, starts = true }: Build,
): Step[] {
  const onHost = (context: StepContext, work: Work) => {
    const record = needInstance(deps.database, instanceId);
    return deps.hosts.use(hostOf(record), patient(context), (driver) =>
      work(driver, guestSpec(deps, record), { signal: context.signal }),
    );
  };
  const step = (name: string, work: Work, undo?: Undo): Step => ({
    name,
    async do(context) {
      await onHost(context, work);
      return undefined;
    },
    ...(undo && { undo }),
  });
  // What is undone may be of an image or instance that is gone: it needs the ids only.
  const undoing =
    (work: (driver: ComputeDriver, options: StepOptions) => Promise<void>): Undo =>
    async ({ signal }) => {
      const { hostId } = needInstance(deps.database, instanceId).instance;
      if (hostId === null) return undefined;
      await deps.hosts.use(hostId, { signal, resumed: false }, (driver) => work(driver, { signal }));
      return undefined;
    };
  const unlessKept =
    <A extends unknown[]>(work: (...args: A) => Promise<void>) =>
    async (...args: A) => {
      if (!keepsDisks()) await work(...args);
    };
  return [
    copyStep(
      deps,
      'image',
      () => {
        const record = needInstance(deps.database, instanceId);
        return { imageId: record.instance.imageId ?? '', hostId: hostOf(record) };
      },
      true,
    ),
    step(
      'root_disk',
      unlessKept((driver, guest, options) => driver.createRootDisk(guest, options)),
      undoing(unlessKept((driver, options) => driver.removeDisks(instanceId, options))),
    ),
    step(
      'extra_disks',
      unlessKept((driver, guest, options) => driver.createExtraDisks(guest, options)),
    ),
    {
      name: 'address',
      async do(context) {
        const { signal } = context;
        const record = needInstance(deps.database, instanceId);
        const addresses = await deps.hosts.use(hostOf(record), patient(context), (driver) =>
          driver.reserveAddress(guestSpec(deps, record), { signal }),
        );
        return (tx) => void transition(tx, instanceId, { expect: { taskState: own }, set: { addresses } });
      },
      undo: undoing((driver, options) =>
        driver.releaseAddress(instanceId, needInstance(deps.database, instanceId).mac, options),
      ),
    },
    step('config_drive', (driver, guest, options) =>
      driver.writeConfigDrive(guest, needInstance(deps.database, instanceId).instance.addresses, options),
    ),
    {
      name: 'define',
      do: (context) => {
        const record = needInstance(deps.database, instanceId);
        return deps.hosts.use(hostOf(record), patient(context), async (driver) => {
          await driver.define(guestSpec(deps, record), context);
          return agreeOnDefinition(driver, instanceId, context);
        });
      },
      undo: undoing((driver, options) => driver.undefine(instanceId, options)),
    },
    ...(starts
      ? [
          step(
            'start',
            (driver, _guest, options) => driver.start(instanceId, options),
            undoing((driver, options) => driver.destroy(instanceId, options)),
          ),
        ]
      : []),
  ];
}
