import { expect, it } from 'vitest';
import { ExpectedError, toErrorBody } from '../domain/errors.ts';
import { FakePlane, runFake } from './test-kit.ts';
import { aHost, anInstance, aTask, UUID } from './test-objects.ts';

const OTHER = '00000000-0000-4000-8000-0000000000bb';

const foreign = {
  hostId: UUID.host,
  uuid: UUID.instance,
  name: 'micronova-1',
  state: 'RUNNING',
  vcpus: 1,
  ram: 64,
  kind: 'other' as const,
  owner: { controlId: OTHER, controlName: 'bob@desk', instanceName: 'web' },
  refusal: 'it is an instance of bob@desk: take it over instead',
};
const accepted = () => ({ instance: anInstance(), taskId: UUID.task });

it('lists guests with whose they are, and why they cannot be adopted', async () => {
  const plane = new FakePlane({ 'host.list': () => [aHost()], 'guest.list': () => [foreign] });
  const { out } = await runFake(plane, ['-f', 'json', 'guest', 'list', '--long']);
  expect(JSON.parse(out)).toMatchObject([
    {
      Kind: 'other',
      Owner: 'bob@desk',
      Instance: 'web',
      Refusal: expect.stringContaining('bob@desk') as unknown,
    },
  ]);
});

it('adopts, takes over and releases', async () => {
  const plane = new FakePlane({
    'host.list': () => [aHost()],
    'guest.adopt': accepted,
    'guest.takeOver': accepted,
    'instance.release': accepted,
  });
  await runFake(plane, ['guest', 'adopt', 'lab1', UUID.instance, '--name', 'shop', '--flavor', 'm1.nano']);
  expect(plane.inputs('guest.adopt')).toEqual([
    { host: 'lab1', uuid: UUID.instance, name: 'shop', flavor: 'm1.nano' },
  ]);
  await runFake(plane, ['guest', 'take', 'over', 'lab1', UUID.instance]);
  expect(plane.inputs('guest.takeOver')).toEqual([{ host: 'lab1', uuid: UUID.instance }]);
  await runFake(plane, ['server', 'release', 'web', 'db']);
  expect(plane.inputs('instance.release')).toEqual([{ ref: 'web' }, { ref: 'db' }]);
});

it('lists what can be recovered, and says what a recovery left', async () => {
  const one = {
    id: UUID.instance,
    name: 'web',
    hostId: UUID.host,
    hostName: 'lab1',
    flavorName: 'm1.nano',
  };
  const error = toErrorBody(new ExpectedError('guest.not_adoptable', 'db on lab1: its mark is damaged'));
  const plane = new FakePlane({
    'host.list': () => [aHost()],
    'recovery.list': () => [{ controlId: OTHER, controlName: 'bob@desk', own: false, instances: [one] }],
    'recovery.run': () => ({ taskId: UUID.task }),
    'task.show': () => ({ ...aTask(), state: 'done', error }),
    'task.wait': () => ({ ...aTask(), state: 'done', error }),
  });
  const { out } = await runFake(plane, ['-f', 'json', 'recovery', 'list']);
  expect(JSON.parse(out)).toMatchObject([{ 'Control ID': OTHER, Micronova: 'bob@desk', Instance: 'web' }]);
  const { code, err } = await runFake(plane, ['recovery', 'run', OTHER, '--wait']);
  expect(plane.inputs('recovery.run')).toEqual([{ controlId: OTHER }]);
  expect(code).not.toBe(0);
  expect(err).toContain('db on lab1');
});
