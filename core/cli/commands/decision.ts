import type { Decision, DecisionRecord, HostVerdict, Output } from '../../contract/index.ts';
import { fromErrorBody } from '../../domain/errors.ts';
import type { Context } from '../context.ts';
import { type Cell, Shown } from '../output/cells.ts';

const COLUMNS = ['Host', 'Accepted', 'Weight', 'Filter', 'Reason', 'Selected', 'Weighers'];
const SHORT = COLUMNS.slice(0, -1);

const rounded = (value: number): number => Number(value.toFixed(3));

/** Each weigher's share of the weight: multiplier × normalised value. */
function weighers({ weighers: shares }: HostVerdict): Cell {
  const words = shares.map(
    ({ name, multiplier, normalized }) => `${name} ${rounded(multiplier * normalized)}`,
  );
  return new Shown(shares, words.join(', '));
}

/** The scheduler's answer: every host with its weight, or with the filter that refused it and why. */
export function showDecision(context: Context, { hosts, selected, notes, omitted }: Decision): void {
  context.list(
    COLUMNS,
    hosts.map((host) => [
      host.hostName,
      host.accepted,
      host.weight === null ? null : rounded(host.weight),
      host.filter,
      host.reason,
      host.hostId === selected,
      weighers(host),
    ]),
    SHORT,
  );
  for (const note of notes) context.note(note);
  if (omitted > 0) context.note(`${omitted} more hosts are not listed.`);
}

/** One line for each; the latest is what `server decision` shows in full. */
export function listDecisions(context: Context, records: readonly DecisionRecord[]): void {
  context.list(
    ['At', 'Action', 'Request ID', 'Selected', 'Accepted', 'Refused', 'Notes'],
    records.map(({ at, action, requestId, decision }) => [
      at,
      action,
      requestId,
      decision.hosts.find(({ hostId }) => hostId === decision.selected)?.hostName ?? null,
      decision.hosts.filter(({ accepted }) => accepted).length,
      decision.hosts.filter(({ accepted }) => !accepted).length,
      decision.notes,
    ]),
  );
}

function where({ placements }: Output<'instance.preview'>): string {
  return placements.map(({ hostName, instances }) => `${instances} on ${hostName}`).join(', ');
}

/** @throws ExpectedError when there is not room for all */
export function showPreview(context: Context, preview: Output<'instance.preview'>, count: number): void {
  showDecision(context, preview);
  const { fitting, shortfall } = preview;
  if (fitting > 0 && count > 1) context.note(`${fitting} of ${count} would find room: ${where(preview)}.`);
  if (shortfall !== null) throw fromErrorBody(shortfall);
}

/** How many more would find room, and what stops the next. */
export function showRoom(context: Context, preview: Output<'scheduler.room'>): void {
  const { fitting, placements, shortfall } = preview;
  context.show([
    ['fitting', fitting],
    ['placements', new Shown(placements, where(preview))],
    ['shortfall', shortfall?.message ?? null],
    ['notes', preview.notes],
  ]);
}
