import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Host, Instance } from '../../core/contract/index.ts';
import { Lab } from '../lab/lab.ts';
import { Desk, Traces } from './control-plane.ts';

const CALL = join(import.meta.dirname, 'control-plane-call.ts');
/** Milliseconds of silence after which a link is to be held dead. */
const LINK_TIMEOUT = 2_000;

const lab = Lab.attach(inject('lab'));
const h1 = lab.host(1);
let desk: Desk;
let traces: Traces;
let ref: string;

const isLost = ({ connection, retryAt }: Host): boolean => connection === 'disconnected' && retryAt !== null;
const isIdle = ({ taskState }: Instance): boolean => taskState === null;

beforeAll(async () => {
  traces = await Traces.of(h1);
  desk = await Desk.create(lab);
  await desk.call('settings.set', { linkTimeout: LINK_TIMEOUT });
  await desk.addHost(h1);
  await desk.addImage('tiny', ['h1']);
  const { id, taskId } = await desk.create({ name: 'web', host: 'h1' });
  await desk.done(taskId);
  ref = id;
});

afterAll(async () => {
  await h1.restoreLink();
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});

beforeEach(async () => {
  await h1.restoreLink();
  await desk.connected('h1');
  const { status } = await desk.instance(ref, isIdle);
  if (status === 'SHUTOFF') await desk.done((await desk.call('instance.start', { ref })).taskId);
});

const ask = async (method: 'instance.start' | 'instance.stop'): Promise<string> =>
  (await desk.call(method, { ref, whenBack: true })).taskId;
const reboot = async (type: 'soft' | 'hard'): Promise<string> =>
  (await desk.call('instance.reboot', { ref, type, whenBack: true })).taskId;

async function loseLink(): Promise<void> {
  await h1.cutLink();
  await desk.host('h1', isLost);
}

async function comeBack(): Promise<void> {
  await h1.restoreLink();
  await desk.connected('h1');
}

describe('a host that cannot be reached', () => {
  it('has an action refused with the reason, or lets it wait and leaves the instance as it is', async () => {
    await loseLink();
    await expect(desk.call('instance.stop', { ref })).rejects.toMatchObject({
      code: 'host.unavailable',
      message: expect.stringMatching(/“h1”.*It was last heard at \d{4}-/),
      remedy: expect.stringContaining('when it is back'),
    });
    const taskId = await ask('instance.stop');
    expect(await desk.call('task.show', { id: taskId })).toMatchObject({ state: 'queued', waitsFor: 'host' });
    expect(await desk.call('instance.show', { ref })).toMatchObject({ status: 'ACTIVE', taskState: null });
    await desk.call('task.cancel', { id: taskId });
    await comeBack();
    expect(await desk.ended(taskId)).toMatchObject({ state: 'cancelled', steps: [] });
    expect(await h1.virsh('list', '--name')).toMatch(/micronova/);
  });

  it('has what waited done in order when it is back', async () => {
    await loseLink();
    const tasks = [await ask('instance.stop'), await ask('instance.start'), await reboot('soft')];
    await desk.call('task.set', { id: tasks[2] ?? '', parameters: { type: 'hard' } });
    await comeBack();
    const ended = await Promise.all(tasks.map((taskId) => desk.ended(taskId)));
    expect(ended.map(({ state, steps }) => [state, steps.map(({ name }) => name)])).toEqual([
      ['done', ['stop']],
      ['done', ['start']],
      ['done', ['reboot_hard']],
    ]);
    const begun = ended.map(({ startedAt }) => startedAt ?? '');
    expect(begun).toEqual(begun.toSorted());
    expect(await desk.instance(ref, isIdle)).toMatchObject({ status: 'ACTIVE', fault: null });
  });

  it('that lost its power has its guests off: what asked to stop them makes no sense any more', async () => {
    await h1.powerCut();
    await desk.host('h1', isLost);
    const [stop, start] = [await ask('instance.stop'), await ask('instance.start')];
    await h1.powerOn();
    expect(await desk.ended(stop)).toMatchObject({
      state: 'failed',
      steps: [],
      error: {
        code: 'instance.invalid_state',
        message: expect.stringMatching(/needs state active.*is stopped/),
      },
    });
    await desk.done(start);
    expect(await desk.instance(ref, isIdle)).toMatchObject({ status: 'ACTIVE', powerState: 'RUNNING' });
    const actions = await desk.call('instance.actions', { ref });
    expect(actions.slice(0, 3).map(({ action, result }) => [action, result])).toEqual(
      expect.arrayContaining([
        ['start', 'success'],
        ['stop', 'error'],
      ]),
    );
  });

  it('has what waited done by the next process, when the one that took it was killed', async () => {
    await loseLink();
    await desk.close();
    const input = JSON.stringify({ ref, whenBack: true });
    // Suspended, not stopped: a guest that boots is deaf, and a whole minute would be waited for it.
    const child = spawn(process.execPath, [CALL, desk.folder, 'instance.suspend', input], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const gone = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) if (line === 'answered') break;
    child.kill('SIGKILL');
    expect(await gone).toEqual([null, 'SIGKILL']);
    await desk.start();
    const waiting = (await desk.call('task.list', {})).find(({ waitsFor }) => waitsFor === 'host');
    expect(waiting).toMatchObject({ kind: 'instance.suspend', state: 'queued' });
    await comeBack();
    await desk.done(waiting?.id ?? '');
    expect(await desk.status(ref, 'SUSPENDED')).toMatchObject({ powerState: 'SHUTDOWN' });
  });
});
