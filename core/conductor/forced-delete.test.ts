import { expect, it } from 'vitest';
import { ConductorKit } from './test-kit.ts';

it('a forced delete takes over a deletion that hangs, and the instance is in work until it is gone', async () => {
  await using kit = new ConductorKit();
  const { fake } = kit.addHost('one');
  const { id } = kit.create(kit.addImage());
  await kit.runner.idle();
  const hang = fake.faults.hang('destroy', 'before');
  const first = kit.delete(id);
  await hang.reached;
  const seen = new Set<string | null>();
  using _watch = kit.database.subscribe((event) => {
    if (event.type === 'instance.changed') seen.add(event.value.taskState);
  });
  kit.act('instance.forceDelete', { instanceId: id }, id, 'deleting');
  await kit.runner.idle();
  expect(kit.task(first).state).toBe('cancelled');
  expect([...seen]).toEqual(['deleting']);
  expect(kit.instance(id)).toBeUndefined();
  expect(fake.leftovers()).toEqual([]);
});
