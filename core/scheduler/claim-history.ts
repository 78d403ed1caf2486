import type { Resources } from '../placement/resources.ts';

/** What a claimer saw of a host when it made up its mind: how much was used, and of which generation that was. */
export interface Seen {
  readonly providerId: string;
  readonly generation: number;
}

/** One finished attempt, as its claimer saw it. Nothing in it says when it was. */
export type Entry =
  | {
      readonly kind: 'claimed' | 'released';
      readonly consumerId: string;
      readonly providerId: string;
      readonly resources: Resources;
      /** the provider's, that this attempt made: one more than what it found */
      readonly generation: number;
    }
  | {
      /** no host had room, as they stood at these generations */
      readonly kind: 'refused';
      readonly consumerId: string;
      readonly resources: Resources;
      readonly seen: readonly Seen[];
    };

export interface Start {
  /** capacity by class */
  readonly capacity: Resources;
  readonly generation: number;
}

type Change = Extract<Entry, { kind: 'claimed' | 'released' }>;

/**
 * Holds a history against the rules: is there one serial order of all that was done, in which every claim found room, every
 * release found its claim, and every refusal found none? Each change of a host names the generation that it made, which puts
 * the changes of one host in order; those of one consumer stand in the history in the order in which it made them.
 * @returns what is wrong, in words; nothing where the history can be explained
 */
export function checkHistory(history: readonly Entry[], start: ReadonlyMap<string, Start>): string[] {
  const changes = history.filter((entry) => entry.kind !== 'refused');
  const byHost = new Map([...start.keys()].map((id) => [id, inOrder(changes, id)]));
  return [
    ...[...start].flatMap(([id, first]) => checkHost(id, first, byHost.get(id) ?? [])),
    ...checkConsumers(changes),
    ...checkOrder(changes, [...byHost.values()]),
    ...history.flatMap((entry) =>
      entry.kind === 'refused' ? checkRefusal(entry, start, byHost, changes) : [],
    ),
  ];
}

function inOrder(changes: readonly Change[], providerId: string): Change[] {
  return changes
    .filter((change) => change.providerId === providerId)
    .toSorted((one, other) => one.generation - other.generation);
}

function add(used: Map<string, number>, { kind, resources }: Change): void {
  const sign = kind === 'claimed' ? 1 : -1;
  for (const [name, amount] of Object.entries(resources))
    used.set(name, (used.get(name) ?? 0) + sign * amount);
}

function checkHost(id: string, { capacity, generation }: Start, changes: readonly Change[]): string[] {
  const used = new Map<string, number>();
  return changes.flatMap((change, index) => {
    const expected = generation + index + 1;
    add(used, change);
    const wrong =
      change.generation === expected ? [] : [`${id}: generation ${change.generation}, not ${expected}`];
    const over = [...used].filter(([name, amount]) => amount > (capacity[name] ?? 0) || amount < 0);
    return [...wrong, ...over.map(([name, amount]) => `${id}: ${amount} of ${name} at ${change.generation}`)];
  });
}

/** A consumer claims, and gives back what it has, and claims again; never twice at a time. */
function checkConsumers(changes: readonly Change[]): string[] {
  return [...Map.groupBy(changes, ({ consumerId }) => consumerId)].flatMap(([id, own]) => {
    let held: string | null = null;
    return own.flatMap(({ kind, providerId }) => {
      const before: string | null = held;
      held = kind === 'claimed' ? providerId : null;
      const fits = kind === 'claimed' ? before === null : before === providerId;
      return fits ? [] : [`${id}: ${kind} ${providerId} while it held ${before ?? 'nothing'}`];
    });
  });
}

/** Takes what is first on its host and first for its consumer, again and again: what is left waits in a circle. */
function checkOrder(changes: readonly Change[], hosts: readonly (readonly Change[])[]): string[] {
  const queues = [...hosts, ...Map.groupBy(changes, ({ consumerId }) => consumerId).values()].map((queue) => [
    ...queue,
  ]);
  const queuesOf = (change: Change) => queues.filter((queue) => queue[0] === change);
  for (let left = changes.length; left > 0; left--) {
    const next = queues.map(([first]) => first).find((first) => first && queuesOf(first).length === 2);
    if (next === undefined) return [`${left} changes are in no serial order`];
    for (const queue of queuesOf(next)) queue.shift();
  }
  return [];
}

/** Who has seen a change of a consumer has seen all that this consumer did before. */
function isTorn(changes: readonly Change[], generations: ReadonlyMap<string, number>): boolean {
  return [...Map.groupBy(changes, ({ consumerId }) => consumerId).values()].some((own) => {
    const seen = own.map(({ providerId, generation }) => generation <= (generations.get(providerId) ?? 0));
    return seen.lastIndexOf(true) > seen.indexOf(false) && seen.includes(false);
  });
}

function checkRefusal(
  { consumerId, resources, seen }: Extract<Entry, { kind: 'refused' }>,
  start: ReadonlyMap<string, Start>,
  byHost: ReadonlyMap<string, readonly Change[]>,
  changes: readonly Change[],
): string[] {
  const torn = isTorn(changes, new Map(seen.map(({ providerId, generation }) => [providerId, generation])));
  const unseen = [...start.keys()].filter((id) => !seen.some(({ providerId }) => providerId === id));
  const roomy = seen.filter(({ providerId, generation }) => {
    const used = new Map<string, number>();
    for (const change of byHost.get(providerId) ?? []) if (change.generation <= generation) add(used, change);
    const { capacity = {} } = start.get(providerId) ?? {};
    return Object.entries(resources).every(
      ([name, amount]) => (used.get(name) ?? 0) + amount <= (capacity[name] ?? 0),
    );
  });
  return [
    ...(torn ? [`${consumerId} was refused on a view that never was`] : []),
    ...unseen.map((id) => `${consumerId} was refused without a look at ${id}`),
    ...roomy.map(
      ({ providerId, generation }) =>
        `${consumerId} was refused, and ${providerId} had room at ${generation}`,
    ),
  ];
}
