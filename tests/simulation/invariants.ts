import { type ActName, ACTS } from '../../core/conductor/acts.ts';
import { BUILD_STATES } from '../../core/conductor/schedule.ts';
import { REBUILD_STATES } from '../../core/conductor/operations/rebuild-instance.ts';
import { type TaskState, VM_STATES, type VmState } from '../../core/contract/index.ts';
import { canDo } from '../../core/domain/instance-states.ts';
import type { Reader } from '../../core/state/database.ts';
import { statement } from './sql.ts';

/** What an action that failed half-way may find when it asks the host, while it is still at it. */
const BY_THE_HOST: readonly VmState[] = ['active', 'paused', 'suspended', 'stopped', 'error'];

/** Every stable state with every task that may be in flight in it, from the guards that let the actions in. */
function legalPairs(): string[] {
  const idle = VM_STATES.filter((state) => state !== 'building').map((state) => `${state} -`);
  const building = BUILD_STATES.map((state) => `building ${state}`);
  const acts = Object.keys(ACTS) as ActName[];
  const busy = acts.flatMap((act) => {
    const allowed = VM_STATES.filter(
      (vmState) => canDo(act, { vmState, taskState: null, lock: null, takenOver: null }).allowed,
    );
    const tasks: readonly (TaskState | null)[] = act === 'rebuild' ? REBUILD_STATES : [ACTS[act].taskState];
    return tasks.flatMap((task) => [...allowed, ...BY_THE_HOST].map((vmState) => `${vmState} ${task}`));
  });
  const rebuilding = (['rebuild_block_device_mapping', 'rebuild_spawning'] as const).flatMap((state) =>
    (['active', 'stopped', 'error'] as const).map((vmState) => `${vmState} ${state}`),
  );
  // A guest that is being brought under management runs as it does.
  const taken = BY_THE_HOST.map((vmState) => `${vmState} spawning`);
  return [...new Set([...idle, ...building, ...busy, ...rebuilding, ...taken])];
}

const LEGAL = legalPairs()
  .map((pair) => `('${pair}')`)
  .join(', ');

/** Each row that this finds is a rule broken. One statement, for it is asked after every step of every history. */
const BROKEN = statement(`
SELECT 'more is claimed than there is: ' || resource_class || ' of ' || p.name AS finding
  FROM (SELECT provider_id, resource_class, sum(used) AS used FROM allocations GROUP BY 1, 2)
  JOIN inventories i USING (provider_id, resource_class) JOIN resource_providers p ON p.id = provider_id
  WHERE used > CAST((i.total - i.reserved) * i.allocation_ratio AS INTEGER)
UNION ALL SELECT 'a claim without its instance: ' || c.id
  FROM consumers c LEFT JOIN instances i ON i.id = c.id AND i.deleted_at IS NULL
  WHERE c.kind = 'instance' AND i.host_id IS NULL
UNION ALL SELECT 'a claim on another host than the instance is on: ' || i.id
  FROM allocations a JOIN instances i ON i.id = a.consumer_id WHERE a.provider_id != i.host_id
UNION ALL SELECT 'an instance without a claim: ' || i.id
  FROM instances i LEFT JOIN allocations a ON a.consumer_id = i.id
  WHERE i.deleted_at IS NULL AND i.host_id IS NOT NULL AND a.consumer_id IS NULL
UNION ALL SELECT 'busy, and no task is: ' || i.id || ' ' || i.vm_state || ' ' || i.task_state
  FROM instances i WHERE i.task_state IS NOT NULL AND i.deleted_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM tasks t WHERE t.instance_id = i.id AND t.state IN ('queued', 'running'))
UNION ALL SELECT 'two tasks at once: ' || instance_id
  FROM tasks WHERE state = 'running' AND instance_id IS NOT NULL AND cancel_requested = 0
  GROUP BY instance_id HAVING count(*) > 1
UNION ALL SELECT 'states that do not go together: ' || id || ' ' || vm_state || ' ' || ifnull(task_state, '-')
  FROM instances WHERE deleted_at IS NULL AND vm_state || ' ' || ifnull(task_state, '-') NOT IN (VALUES ${LEGAL})
UNION ALL SELECT 'deleted and not: ' || id
  FROM instances WHERE (deleted_at IS NOT NULL) != (vm_state = 'deleted')
`);

/** @returns the rules that the rows break at this moment */
export function brokenRules(reader: Reader): string[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one column of the statement above
  return (reader.all(BROKEN) as { finding: string }[]).map(({ finding }) => finding);
}

const GENERATIONS = statement(
  `SELECT id, generation FROM tasks UNION ALL SELECT id, generation FROM resource_providers`,
);

/** Generations and revisions may only rise. */
export class OnlyRises {
  readonly #last = new Map<string, number>();

  /** @returns what fell */
  look(reader: Reader): string[] {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the columns of the statement above
    const rows = reader.all(GENERATIONS) as { id: string; generation: number }[];
    return rows.flatMap(({ id, generation }) => this.rise(`generation of ${id}`, generation));
  }

  rise(what: string, value: number): string[] {
    const before = this.#last.get(what) ?? -1;
    this.#last.set(what, value);
    return value < before ? [`${what} fell from ${before} to ${value}`] : [];
  }
}
