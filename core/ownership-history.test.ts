import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FakeHost } from './compute/fake/fake-host.ts';
import { controlIdentity } from './identity/control.ts';
import { type Desk, pair, stray } from './test-desk.ts';

type Step =
  | { readonly do: 'create' | 'look'; readonly who: 0 | 1 }
  | {
      readonly do:
        | 'stop'
        | 'start'
        | 'set'
        | 'delete'
        | 'takeOver'
        | 'race'
        | 'actAndLose'
        | 'release'
        | 'adopt';
      readonly who: 0 | 1;
      readonly which: number;
    };

const who = fc.constantFrom<0 | 1>(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('create' as const, 'look' as const), who }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...([
          'stop',
          'start',
          'set',
          'delete',
          'takeOver',
          'race',
          'actAndLose',
          'release',
          'adopt',
        ] as const),
      ),
      who,
      which: fc.nat({ max: 3 }),
    }),
  },
);

describe('any history of two', () => {
  it('has one owner for each guest, whose acts alone count, and agreeing claims', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (history) => {
        const { fake, ann, bob, both } = await pair();
        await using _a = ann;
        await using _b = bob;
        const desks = [ann, bob];
        stray(fake, 'stray');
        await both();
        for (const each of history) await play(each, fake, desks);
        await both();
        // An instance whose guest is gone keeps its claim until a person deletes it.
        for (const desk of desks) {
          for (const { id } of desk.instances()) {
            if (!fake.domains.has(id)) await desk.ask(desk.call('instance.delete', { ref: id }));
          }
        }
        await both();
        const used = desks.map((desk) => desk.used());
        expect(used[0]).toEqual(used[1]);
        for (const [id, { mark, powerState }] of fake.domains) {
          const rows = desks.map((desk) => desk.kit.instance(id));
          const owners = desks.filter((_desk, n) => rows[n] !== undefined && rows[n].takenOver === null);
          expect(owners.map((desk) => controlIdentity(desk.kit.database).id)).toEqual(
            mark ? [mark.control.id] : [],
          );
          for (const owner of owners) expect(owner.kit.instance(id)?.powerState).toBe(powerState);
        }
        for (const desk of desks) {
          expect(desk.instances().filter((one) => one.taskState !== null)).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

/** Plays one step, and sees that a guest that is not its player's stays as it is. */
async function play(each: Step, fake: FakeHost, desks: readonly Desk[]): Promise<void> {
  const [desk, rival] = each.who === 0 ? desks : desks.toReversed();
  if (desk === undefined || rival === undefined) return;
  if (each.do === 'look') return desk.look();
  if (each.do === 'create') {
    desk.kit.create(desk.imageId, { mac: mac() });
    await desk.kit.runner.idle();
    return;
  }
  const { which } = each as Extract<Step, { which: number }>;
  const ids = [...fake.domains.keys()];
  const id = ids[which % Math.max(1, ids.length)];
  if (id === undefined) return;
  const before = { ...fake.domain(id) };
  const ownId = controlIdentity(desk.kit.database).id;
  const isAnothers = before.mark ? before.mark.control.id !== ownId : false;
  switch (each.do) {
    case 'stop':
    case 'start':
    case 'delete':
    case 'release':
      await desk.ask(desk.call(`instance.${each.do}`, { ref: id }));
      break;
    case 'set':
      await desk.ask(desk.call('instance.set', { ref: id, name: `n${which}` }));
      break;
    case 'adopt':
      await desk.ask(desk.call('guest.adopt', { host: 'one', uuid: id }));
      break;
    case 'takeOver':
      await desk.ask(desk.call('guest.takeOver', { host: 'one', uuid: id }));
      return;
    case 'race':
      await Promise.all(
        [desk, rival].map((one) => one.ask(one.call('guest.takeOver', { host: 'one', uuid: id }))),
      );
      return;
    case 'actAndLose':
    default:
      await Promise.all([
        desk.ask(desk.call('instance.stop', { ref: id })),
        rival.ask(rival.call('guest.takeOver', { host: 'one', uuid: id })),
      ]);
      return;
  }
  if (isAnothers) expect(fake.domains.get(id)).toEqual(before);
}

let count = 0;
function mac(): string {
  count += 1;
  return `fa:16:3e:01:${(count >> 8).toString(16).padStart(2, '0').slice(-2)}:${(count & 255).toString(16).padStart(2, '0')}`;
}
