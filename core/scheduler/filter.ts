import type { SchedulerSettings } from '../contract/index.ts';
import type { HostState } from './host-state.ts';
import type { SchedulingRequest } from './request.ts';

/** Why a host will not do, in words; null when it will. It looks at nothing but the host. */
export type Judge = (host: HostState) => string | null;

/** What a decision is taken in. */
export interface Situation {
  readonly settings: SchedulerSettings;
  /** every host, those that other filters refuse among them */
  readonly hosts: readonly HostState[];
}

/** A question that every host has to stand; those of the request and of placement are always asked. */
export interface Gate {
  readonly name: string;
  /** @returns how hosts are judged; null where the request asks nothing of the kind */
  judge(request: SchedulingRequest, situation: Situation): Judge | null;
}

/** A gate that the settings can open. nova/filters.py */
export interface Filter extends Gate {
  /** Nova's name, without the word Filter */
  readonly name: string;
  /** in a sentence: what it does */
  readonly description: string;
  /** Nova's default. `enabled_filters` in nova/conf/scheduler.py */
  readonly onByDefault: boolean;
  /** hints, extra specs and keys of aggregates' metadata that it reads */
  readonly reads: readonly string[];
}
