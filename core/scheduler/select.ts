import type { Decision, HostVerdict } from '../contract/index.ts';
import type { Reader } from '../state/database.ts';
import { getSettings } from '../state/settings.ts';
import type { Gate, Judge, Situation } from './filter.ts';
import { availabilityZone } from './filters/availability-zone.ts';
import { avoidedHost } from './filters/avoided-host.ts';
import { placement } from './filters/placement.ts';
import { requestedHost } from './filters/requested-host.ts';
import { selectForced } from './forced.ts';
import type { HostState } from './host-state.ts';
import { readHostStates } from './host-states.ts';
import { notesOf } from './notes.ts';
import { enabledFilters, WEIGHERS } from './parts.ts';
import type { SchedulingRequest } from './request.ts';
import { acceptedVerdict, refusedVerdict } from './verdicts.ts';
import { weighAll, type Weighed } from './weigher.ts';

/** `max_placement_results` in nova/conf/scheduler.py */
const MOST_CANDIDATES = 1000;
/** how many accepted hosts, and how many refused ones, a decision lists */
const MOST_LISTED = 100;

/** From 0 up to 1, as `Math.random`; a simulation gives one of its own. */
export type Random = () => number;

/** What decides beside the request and the hosts. */
export interface Policy {
  readonly settings: Situation['settings'];
  readonly random: Random;
}

const GATES: readonly Gate[] = [requestedHost, avoidedHost, availabilityZone, placement];

interface Refusal {
  readonly state: HostState;
  readonly filter: string;
  readonly reason: string;
}

interface Sieve {
  readonly accepted: readonly HostState[];
  readonly refused: readonly Refusal[];
  readonly counts: Decision['counts'];
  /** hosts that nobody looked at any more */
  readonly unseen: number;
}

interface Question {
  readonly count: { readonly filter: string; before: number; after: number };
  readonly judge: Judge | null;
  readonly refused: Refusal[];
}

/** A gate that has nothing to ask is not mentioned; a filter is, because the settings may be what keeps it silent. */
function questionsOf(request: SchedulingRequest, situation: Situation): Question[] {
  const question = (gate: Gate): Question => ({
    count: { filter: gate.name, before: 0, after: 0 },
    judge: gate.judge(request, situation),
    refused: [],
  });
  const gates = GATES.map(question).filter(({ judge }) => judge !== null);
  return [...gates, ...enabledFilters(situation.settings).map(question)];
}

function passes(state: HostState, questions: readonly Question[]): boolean {
  for (const { count, judge, refused } of questions) {
    count.before += 1;
    const reason = judge === null ? null : judge(state);
    if (reason !== null) {
      refused.push({ state, filter: count.filter, reason });
      return false;
    }
    count.after += 1;
  }
  return true;
}

// That another host was asked for must not push the asked one's own reason out of the list.
const saysLeast = ({ count }: Question): boolean => count.filter === requestedHost.name;

/** Every host through every gate, until there are as many candidates as Nova ever weighs. */
function sift(request: SchedulingRequest, situation: Situation): Sieve {
  const questions = questionsOf(request, situation);
  const accepted: HostState[] = [];
  for (const state of situation.hosts) {
    if (accepted.length === MOST_CANDIDATES) break;
    if (passes(state, questions)) accepted.push(state);
  }
  const refused = questions
    .toSorted((a, b) => Number(saysLeast(a)) - Number(saysLeast(b)))
    .flatMap((question) => question.refused);
  const unseen = situation.hosts.length - accepted.length - refused.length;
  return { accepted, refused, counts: questions.map(({ count }) => count), unseen };
}

/** The pick first, then the others by weight. Source: `_get_sorted_hosts` in nova/scheduler/manager.py */
function drawPick(weighed: readonly Weighed[], { settings, random }: Policy): readonly Weighed[] {
  const subset = Math.min(settings.hostSubsetSize, weighed.length);
  if (subset <= 1) return weighed;
  const drawn = Math.floor(random() * subset);
  return [...weighed.slice(drawn, drawn + 1), ...weighed.slice(0, drawn), ...weighed.slice(drawn + 1)];
}

function limitNote(unseen: number): string[] {
  if (unseen === 0) return [];
  return [
    `Only the first ${MOST_CANDIDATES} hosts that would do were weighed; ${unseen} more were not asked.`,
  ];
}

function listed(weighed: readonly Weighed[], chosen: readonly Weighed[]): HostVerdict[] {
  const best = weighed.slice(0, MOST_LISTED);
  // With a large subset the pick may be further down.
  const others = chosen.filter((one) => !best.includes(one));
  return [...best, ...others].map(acceptedVerdict);
}

/** Which hosts would take an instance now, best first, and why not the others. Claims nothing. */
export function selectDestinations(
  reader: Reader,
  request: SchedulingRequest,
  random: Random = Math.random,
): Decision {
  const { scheduler } = getSettings(reader);
  return selectAmong(readHostStates(reader), request, { settings: scheduler, random });
}

/** Source: `_schedule` in nova/scheduler/manager.py */
export function selectAmong(
  hosts: readonly HostState[],
  request: SchedulingRequest,
  policy: Policy,
): Decision {
  if (!request.hostChecks && request.requestedHostId !== null)
    return selectForced(hosts, request, request.requestedHostId);
  const { settings } = policy;
  const { accepted, refused, counts, unseen } = sift(request, { settings, hosts });
  const weighed = weighAll(WEIGHERS, accepted, request, settings);
  const chosen = drawPick(weighed, policy).slice(0, settings.maxAttempts);
  const [selected, ...alternates] = chosen.map(({ state }) => state.host.id);
  const verdicts = [
    ...listed(weighed, chosen),
    ...refused
      .slice(0, MOST_LISTED)
      .map(({ state, filter, reason }) => refusedVerdict(state, filter, reason)),
  ];
  return {
    selected: selected ?? null,
    alternates,
    hosts: verdicts,
    omitted: hosts.length - verdicts.length,
    counts,
    notes: [...notesOf(request, settings), ...limitNote(unseen)],
  };
}
