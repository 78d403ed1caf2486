import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { Desk, Traces } from './control-plane.ts';

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
let desk: Desk;
let traces: Traces;

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  await desk.call('settings.set', { linkTimeout: 2_000 });
  await Promise.all([desk.addHost(h1), desk.addHost(h2)]);
  await desk.addImage('tiny', ['h1', 'h2']);
});

afterAll(async () => {
  await h1.thawLibvirtd();
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});

describe('a host whose libvirtd stands still', () => {
  it('holds up nothing of the others, and its own work goes on when it moves again', async () => {
    const [here, there] = [
      await desk.create({ name: 'here', host: 'h1' }),
      await desk.create({ name: 'there', host: 'h2' }),
    ];
    await Promise.all([desk.done(here.taskId), desk.done(there.taskId)]);
    await h1.freezeLibvirtd();
    const { taskId: stuck } = await desk.call('instance.reboot', { ref: here.id, type: 'hard' });
    await desk.reaches(stuck, 'reboot_hard');

    const { id, taskId } = await desk.create({ name: 'beside', host: 'h2' });
    await desk.done(taskId);
    expect(await desk.status(id, 'ACTIVE')).toMatchObject({ hostName: 'h2' });
    const { taskId: beside } = await desk.call('instance.reboot', { ref: there.id, type: 'hard' });
    await desk.done(beside);
    await desk.deleteInstance(id);
    expect((await desk.call('host.show', { ref: 'h2' })).connection).toBe('connected');
    expect(await desk.call('task.show', { id: stuck })).toMatchObject({ state: 'running' });

    await h1.thawLibvirtd();
    await desk.connected('h1');
    await desk.done(stuck);
    expect(await desk.status(here.id, 'ACTIVE')).toMatchObject({ powerState: 'RUNNING', fault: null });
  });
});
