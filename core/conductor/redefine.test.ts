import { afterEach, beforeEach, expect, it } from 'vitest';
import { takenOver } from '../compute/mark.ts';
import { ExpectedError } from '../domain/errors.ts';
import { allocationsOf } from '../placement/allocations.ts';
import { listActions } from '../state/actions.ts';
import { ConductorKit, type KitHost } from './test-kit.ts';

let kit: ConductorKit;
let one: KitHost;
let id: string;

beforeEach(async () => {
  kit = new ConductorKit();
  one = kit.addHost('one');
  id = kit.create(kit.addImage()).id;
  await kit.runner.idle();
});
afterEach(() => kit[Symbol.asyncDispose]());

async function redefine(): Promise<string> {
  const taskId = kit.act('instance.redefine', { instanceId: id }, id, null);
  await kit.runner.idle();
  return taskId;
}

it('a redefinition that fails leaves the instance as it was, and a record', async () => {
  one.fake.faults.fail('restoreDefinition', new ExpectedError('libvirt.error', 'it broke'));
  expect(kit.task(await redefine())).toMatchObject({ state: 'failed', retryable: false });
  expect(kit.instance(id)).toMatchObject({ vmState: 'active', taskState: null, fault: null });
  expect(listActions(kit.database, id)[0]).toMatchObject({ result: 'error', message: 'it broke' });
});

it('a redefinition that meets the mark of another Micronova learns of it', async () => {
  const other = { id: '00000000-0000-4000-8000-00000000000a', name: 'an@other', generation: 2 };
  one.fake.faults.fail('restoreDefinition', takenOver('micronova-web', other));
  expect(kit.task(await redefine()).error).toMatchObject({ code: 'instance.taken_over' });
  expect(kit.instance(id)).toMatchObject({ takenOver: { by: 'an@other' } });
  expect(allocationsOf(kit.database, id)).toEqual([]);
});
