import { useMemo } from 'react';
import type { ActionRecord, ErrorBody } from '../../core/contract/index.ts';
import { useQuery } from '../api/use-query.ts';
import type { TimelineStep } from '../ui/Timeline.tsx';
import { useNova } from '../stores/nova.ts';

interface Actions {
  /** latest first */
  readonly actions: readonly ActionRecord[];
  readonly error: ErrorBody | null;
  readonly loading: boolean;
}

/** What was done to an instance, kept current by events: they came later than the list, or say the same. */
export function useActions(instanceId: string): Actions {
  const { data, error, loading } = useQuery('instance.actions', { ref: instanceId });
  const live = useNova((state) => state.actions);
  const actions = useMemo(() => {
    const byRequest = new Map((data ?? []).map((action) => [action.requestId, action]));
    for (const action of live.values()) {
      if (action.instanceId === instanceId) byRequest.set(action.requestId, action);
    }
    return [...byRequest.values()].toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  }, [data, live, instanceId]);
  return { actions, error, loading };
}

const RESULTS = { success: 'done', error: 'failed', undone: 'undone' } as const;

/** An action's events as steps on screen. */
export function stepsOf(action: ActionRecord, word: (area: 'step', name: string) => string): TimelineStep[] {
  return action.events.map((event, index) => ({
    id: `${index}:${event.name}`,
    label: word('step', event.name),
    note: [event.host, event.detail].filter(Boolean).join(' · ') || undefined,
    startedAt: event.startedAt,
    finishedAt: event.finishedAt,
    result: event.result === null ? 'running' : RESULTS[event.result],
  }));
}
