import type { HostState } from './host-state.ts';
import type { SchedulingRequest } from './request.ts';

/** Says yes, or no with a reason. nova/filters.py */
export interface Filter {
  /** Nova's name, without the word Filter */
  readonly name: string;
  /** @returns why the host will not do, in words; null when it will */
  refuse(host: HostState, request: SchedulingRequest): string | null;
}
