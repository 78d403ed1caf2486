import type { ContractEvent } from '../../core/contract/index.ts';

/** @param from the revision at which the history began, in a database that other histories have used before */
export function describe(event: ContractEvent, from: number): string {
  if (event.type === 'instance.changed') {
    const { id, vmState, taskState, powerState, hostName, revision } = event.value;
    return `${event.type} ${id} ${vmState} ${taskState ?? '-'} ${powerState} ${hostName ?? '-'} r${revision - from}`;
  }
  if (event.type === 'task.changed') {
    const { id, kind, state, steps, revision } = event.value;
    const last = steps.at(-1);
    return `${event.type} ${id} ${kind} ${state} ${last?.name ?? '-'} ${last?.state ?? '-'} r${revision - from}`;
  }
  if (event.type === 'host.changed') {
    const { name, connection, revision, lastSeenAt } = event.value;
    return `${event.type} ${name} ${connection} ${lastSeenAt ?? '-'} r${revision - from}`;
  }
  const value = 'value' in event ? event.value : event;
  return `${event.type} ${JSON.stringify(value, (key, part: unknown) => (key === 'revision' ? undefined : part))}`;
}
