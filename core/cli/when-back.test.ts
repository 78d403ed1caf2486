import { describe, expect, it } from 'vitest';
import { ExpectedError } from '../domain/errors.ts';
import { FakePlane, runFake } from './test-kit.ts';
import { aHost, anInstance, aTask, UUID } from './test-objects.ts';

const HOSTS = { 'host.list': () => [aHost()] };
const accepted = () => ({ instance: anInstance(), taskId: UUID.task });
const waiting = () => aTask({ kind: 'instance.stop', state: 'queued', waitsFor: 'host', finishedAt: null });

describe('--when-back', () => {
  it.each([
    ['start', ['server', 'start'], 'instance.start', {}],
    ['stop', ['server', 'stop'], 'instance.stop', {}],
    ['delete', ['server', 'delete'], 'instance.delete', { soft: false }],
    ['reboot', ['server', 'reboot', '--hard'], 'instance.reboot', { type: 'hard' }],
    ['suspend', ['server', 'suspend'], 'instance.suspend', {}],
    ['rescue', ['server', 'rescue'], 'instance.rescue', {}],
    ['rebuild', ['server', 'rebuild'], 'instance.rebuild', {}],
  ] as const)('lets %s wait, and says so', async (_verb, words, method, rest) => {
    const plane = new FakePlane({ ...HOSTS, [method]: accepted, 'task.show': waiting });
    const { code, err } = await runFake(plane, [...words, '--when-back', 'web1']);
    expect(code).toBe(0);
    expect(plane.inputs(method)).toEqual([{ ref: 'web1', whenBack: true, ...rest }]);
    expect(err).toMatch(/web1: waits until \S+ is back\. See: micronova task show/);
  });

  it('says nothing where nothing waits, and asks for nothing where it is left out', async () => {
    const plane = new FakePlane({ ...HOSTS, 'instance.stop': accepted, 'task.show': () => aTask() });
    expect((await runFake(plane, ['server', 'stop', '--when-back', 'web1'])).err).toBe('');
    await runFake(plane, ['server', 'stop', 'web1']);
    expect(plane.inputs('instance.stop').at(-1)).toEqual({ ref: 'web1', whenBack: false });
  });

  it('tells why, where it was refused', async () => {
    const plane = new FakePlane({
      ...HOSTS,
      'instance.stop': () => {
        throw new ExpectedError('host.unavailable', 'The host “lab1” cannot be reached.', {
          remedy: 'Wait.',
        });
      },
    });
    const { code, err } = await runFake(plane, ['server', 'stop', 'web1']);
    expect(code).toBe(1);
    expect(err).toContain('The host “lab1” cannot be reached.');
  });
});

describe('server evacuate', () => {
  it('names the host, or leaves it to the scheduler, and waits on request', async () => {
    const plane = new FakePlane({
      ...HOSTS,
      'instance.evacuate': accepted,
      'task.show': () => aTask(),
      'task.wait': () => aTask(),
    });
    expect((await runFake(plane, ['server', 'evacuate', '--host', 'h2', '--wait', 'web1'])).code).toBe(0);
    await runFake(plane, ['server', 'evacuate', 'web1']);
    expect(plane.inputs('instance.evacuate')).toEqual([{ ref: 'web1', host: 'h2' }, { ref: 'web1' }]);
    expect(plane.inputs('task.wait')).toHaveLength(1);
  });
});

describe('task', () => {
  it('list shows what a task waits for', async () => {
    const plane = new FakePlane({ 'task.list': () => [waiting()] });
    const { out } = await runFake(plane, ['task', 'list', '-f', 'json']);
    expect(JSON.parse(out)).toMatchObject([{ State: 'queued', 'Waits For': 'host' }]);
  });

  it('set changes time, place and parameters', async () => {
    const plane = new FakePlane({ 'task.set': waiting });
    const set = (...words: string[]) => runFake(plane, ['task', 'set', UUID.task, ...words]);
    const { code } = await set(
      '--position',
      'first',
      '--parameter',
      'type=hard',
      '--expires',
      '2026-05-01T10:00:00Z',
    );
    expect(code).toBe(0);
    await set('--expires', 'never');
    expect(plane.inputs('task.set')).toEqual([
      {
        id: UUID.task,
        position: 'first',
        parameters: { type: 'hard' },
        expiresAt: '2026-05-01T10:00:00.000Z',
      },
      { id: UUID.task, expiresAt: null },
    ]);
    const before = Date.now();
    await set('--expires', '8h');
    const { expiresAt } = plane.inputs('task.set').at(-1) as { expiresAt: string };
    const hours = (Date.parse(expiresAt) - before) / 3_600_000;
    expect(Math.round(hours)).toBe(8);
  });

  it.each([[[]], [['--expires', 'soon']], [['--position', 'middle']], [['--parameter', 'hard']]])(
    'set refuses %j',
    async (words) => {
      const plane = new FakePlane({ 'task.set': waiting });
      expect((await runFake(plane, ['task', 'set', UUID.task, ...words])).code).not.toBe(0);
      expect(plane.calls).toEqual([]);
    },
  );

  it('retry shows the new task, or waits for it and fails with it', async () => {
    const error = { code: 'libvirt.error', message: 'it broke again' } as const;
    const plane = new FakePlane({
      ...HOSTS,
      'task.retry': waiting,
      'task.show': waiting,
      'task.wait': () => aTask({ state: 'failed', error }),
    });
    const shown = await runFake(plane, ['task', 'retry', UUID.task, '--when-back', '-f', 'json']);
    expect(JSON.parse(shown.out)).toMatchObject({ waits_for: 'host' });
    const { code, err } = await runFake(plane, ['task', 'retry', UUID.task, '--wait']);
    expect(code).toBe(1);
    expect(err).toContain('it broke again');
    expect(plane.inputs('task.retry')).toEqual([
      { id: UUID.task, whenBack: true },
      { id: UUID.task, whenBack: false },
    ]);
  });
});
