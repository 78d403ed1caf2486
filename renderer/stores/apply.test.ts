import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContractEvent } from '../../core/contract/index.ts';
import { flavor, task } from '../../tests/fakes/data.ts';
import { applyEvent, applyList, emptyNova, type Nova } from './apply.ts';

const sample = flavor('m1.tiny', 1, 512, 1);

type Change = { readonly id: string; readonly revision: number; readonly deleted: boolean };

/** A history of one collection: rising revisions, each a change or a deletion of one of three things. */
const history = fc
  .array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), deleted: fc.boolean() }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((changes) => changes.map((change, index): Change => ({ ...change, revision: index + 1 })));

function eventOf({ id, revision, deleted }: Change): ContractEvent {
  if (deleted) return { type: 'deleted', resource: 'flavor', id, revision };
  return { type: 'flavor.changed', value: { ...sample, id, name: `${id}${revision}`, revision } };
}

function shown(nova: Nova): string[] {
  return [...nova.flavors.items.values()].map((each) => each.name).toSorted();
}

/** What is there after the first `upTo` changes. */
function truth(changes: readonly Change[], upTo = changes.length): string[] {
  const last = new Map(changes.slice(0, upTo).map((change) => [change.id, change]));
  return [...last.values()]
    .filter((change) => !change.deleted)
    .map(({ id, revision }) => `${id}${revision}`)
    .toSorted();
}

describe('the store', () => {
  test('comes to the truth whenever the list answers, and in whatever order events arrive', () => {
    fc.assert(
      fc.property(
        history,
        fc.nat(),
        fc.nat(),
        fc.infiniteStream(fc.nat()),
        (changes, subscribed, listed, chance) => {
          // Subscribed at some point, listed at a later one; what came before is only in the list.
          const from = subscribed % (changes.length + 1);
          const at = from + (listed % (changes.length - from + 1));
          const before = truth(changes, at).map((name) => {
            const id = name.slice(0, 1);
            return { ...sample, id, name, revision: Number(name.slice(1)) };
          });
          const arrivals = changes
            .slice(from)
            .map((change) => ({ event: eventOf(change), order: chance.next().value ?? 0 }));
          const events = arrivals.toSorted((a, b) => a.order - b.order).map(({ event }) => event);
          const early = events.slice(0, at - from);
          const late = events.slice(at - from);
          let nova = early.reduce(applyEvent, emptyNova);
          nova = applyList(nova, 'flavors', before);
          nova = late.reduce(applyEvent, nova);
          expect(shown(nova)).toEqual(truth(changes));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('keeps the same state when nothing new was said, so that nothing is drawn again', () => {
    const nova = applyEvent(emptyNova, { type: 'flavor.changed', value: sample });
    const again = applyEvent(nova, { type: 'flavor.changed', value: sample });
    expect(again.flavors).toBe(nova.flavors);
  });

  test('forgets progress when its task ends', () => {
    const running = task('image.create', 'debian', { state: 'running', finishedAt: null });
    const progress = { taskId: running.id, step: 'import', done: 1, total: 2, rate: 1, eta: 1 };
    const steps: ContractEvent[] = [
      { type: 'task.changed', value: running },
      { type: 'task.progress', value: progress },
    ];
    const during = steps.reduce(applyEvent, emptyNova);
    expect(during.progress.get(running.id)).toEqual(progress);
    const done = {
      ...running,
      state: 'done' as const,
      finishedAt: running.createdAt,
      revision: running.revision + 1,
    };
    expect(applyEvent(during, { type: 'task.changed', value: done }).progress.size).toBe(0);
  });
});
