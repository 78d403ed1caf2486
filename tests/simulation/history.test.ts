import { describe, expect, it } from 'vitest';
import { play } from './history.ts';
import { drawScript } from './script.ts';
import { shrink } from './shrink.ts';
import { World } from './world.ts';

/** A small part of what `npm run simulate` plays. */
const SAMPLE = 250;

describe('a history', () => {
  it.each([3, 1174, 1046])('of one seed is the same every time, word for word (%i)', async (seed) => {
    const script = drawScript(seed);
    const first = await play(seed, script, { keepLog: true });
    const between = await play(seed + 1, drawScript(seed + 1), { keepLog: true });
    const again = await play(seed, script, { keepLog: true });
    expect(first.log.length).toBeGreaterThan(50);
    expect(again.log).toEqual(first.log);
    expect(between.log).not.toEqual(first.log);
  });

  it(`breaks no rule and leaves nothing behind, over ${SAMPLE} of them`, async () => {
    const broken: string[] = [];
    let faults = 0;
    for (let seed = 1; seed <= SAMPLE; seed += 1) {
      const { findings, met } = await play(seed, drawScript(seed));
      faults += met.length;
      broken.push(...findings.map((finding) => `seed ${seed}: ${finding}`));
    }
    expect(broken).toEqual([]);
    expect(faults).toBeGreaterThan(SAMPLE / 2);
  }, 600_000);

  it('that breaks a rule is cut down to what it takes', async () => {
    const script = drawScript(5);
    const needed = script.commands[0];
    const smaller = await shrink(script, (candidate) =>
      Promise.resolve(needed !== undefined && candidate.commands.includes(needed)),
    );
    expect(smaller).toMatchObject({ commands: [needed], planned: [] });
  });
});

describe('the rules and the oracle', () => {
  async function furnished(): Promise<World> {
    const world = new World({ seed: 1, hosts: ['one'] });
    world.start();
    await world.rest();
    world.call('instance.create', { name: 'web', flavor: 'small', image: 'tiny' });
    await world.rest();
    return world;
  }

  it('find nothing in a world that is in order', async () => {
    using world = await furnished();
    await world.conclude('wait');
    expect(world.findings).toEqual([]);
  });

  it.each<[string, (world: World) => void, RegExp]>([
    ['a lost guest', ({ hosts: [host] }) => host?.fake.domains.clear(), /lost|gone|is in order|says/],
    [
      'disks without an owner',
      ({ hosts: [host] }) => void host?.fake.disks.set('x', { root: 'y' }),
      /leaked .* disks of x/,
    ],
    [
      'an address without an owner',
      ({ hosts: [host] }) => void host?.fake.reservations.set('x', { mac: 'm', address: 'a' }),
      /leaked .* reservation of x/,
    ],
    [
      'half an image',
      ({ hosts: [host] }) => void host?.fake.images.set('x', { sha256: '', size: 1, complete: false }),
      /half of image x/,
    ],
    ['a claim too many', (world) => world.spoil(`UPDATE allocations SET used = 100000`), /more is claimed/],
    ['a claim too few', (world) => world.spoil(`DELETE FROM consumers`), /without a claim/],
    [
      'a claim of nobody',
      (world) => world.spoil(`INSERT INTO consumers (id) VALUES ('x')`),
      /claim without its instance/,
    ],
    [
      'a state that cannot be',
      (world) => world.spoil(`UPDATE instances SET task_state = 'spawning', vm_state = 'soft-delete'`),
      /do not go together/,
    ],
    [
      'somebody who is busy with nothing',
      (world) => world.spoil(`UPDATE instances SET task_state = 'rebooting'`),
      /busy, and no task is/,
    ],
    [
      'an action without an end',
      (world) => world.spoil(`UPDATE instance_actions SET finished_at = NULL`),
      /action without an end/,
    ],
    [
      'a generation that fell',
      (world) => world.spoil(`UPDATE resource_providers SET generation = 0`),
      /generation .* fell/,
    ],
  ])('find %s', async (_words, spoil, finding) => {
    using world = await furnished();
    spoil(world);
    await world.conclude('at once');
    expect(world.findings.join('\n')).toMatch(finding);
  });
});
