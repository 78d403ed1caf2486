import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Lane, TaskKind } from './kinds.ts';
import { Lanes } from './lanes.ts';
import type { PendingTask } from './pending.ts';
import { turnOf } from './turns.ts';

describe('turns', () => {
  const pending = (change: Partial<PendingTask>): PendingTask => ({
    id: randomUUID(),
    kind: 'instance.stop',
    lane: 'conductor',
    state: 'queued',
    instanceId: null,
    imageId: null,
    hostId: null,
    requestId: 'req-1',
    generation: 0,
    cancelRequested: false,
    waitsFor: null,
    expiresAt: null,
    ...change,
  });
  const never = () => false;

  it.each<[string, Partial<PendingTask>, Partial<PendingTask>, boolean, number]>([
    ['other instances do not wait', { instanceId: 'a' }, { instanceId: 'b' }, true, 0],
    ['the same instance waits', { instanceId: 'a' }, { instanceId: 'a' }, false, 0],
    [
      'a delete has the build cancelled',
      { kind: 'instance.delete', instanceId: 'a' },
      { kind: 'instance.create', instanceId: 'a' },
      false,
      1,
    ],
    [
      'once is enough',
      { kind: 'instance.delete', instanceId: 'a' },
      { instanceId: 'a', cancelRequested: true },
      false,
      0,
    ],
    [
      'a second delete waits',
      { kind: 'instance.delete', instanceId: 'a' },
      { kind: 'instance.delete', instanceId: 'a' },
      false,
      0,
    ],
    [
      'a reboot has a reboot cancelled',
      { kind: 'instance.reboot', instanceId: 'a' },
      { kind: 'instance.reboot', instanceId: 'a' },
      false,
      1,
    ],
    [
      'uploads of one image go side by side',
      { kind: 'image.upload', imageId: 'i' },
      { kind: 'image.upload', imageId: 'i' },
      true,
      0,
    ],
    [
      'an image is deleted after its uploads',
      { kind: 'image.delete', imageId: 'i' },
      { kind: 'image.upload', imageId: 'i' },
      false,
      1,
    ],
    [
      'what is to be cancelled waits for nobody',
      { instanceId: 'a', cancelRequested: true },
      { instanceId: 'a' },
      true,
      0,
    ],
    [
      'a hard reboot does not wait for a pause that hangs',
      { kind: 'instance.reboot', instanceId: 'a' },
      { kind: 'instance.pause', instanceId: 'a' },
      false,
      1,
    ],
    [
      'a reboot waits for a rescue',
      { kind: 'instance.reboot', instanceId: 'a' },
      { kind: 'instance.rescue', instanceId: 'a' },
      false,
      0,
    ],
    [
      'a forced delete ends a delete',
      { kind: 'instance.forceDelete', instanceId: 'a' },
      { kind: 'instance.delete', instanceId: 'a' },
      false,
      1,
    ],
    ['a cleanup waits for its host', { kind: 'instance.cleanup', hostId: 'h' }, {}, false, 0],
  ])('%s', (_words, task_, earlier, now, superseded) => {
    const turn = turnOf(pending(task_), [pending(earlier)], never);
    expect(turn.now).toBe(now);
    expect(turn.supersede).toHaveLength(superseded);
  });

  it('a cleanup goes when its host is there', () => {
    expect(turnOf(pending({ kind: 'instance.cleanup', hostId: 'h' }), [], (id) => id === 'h').now).toBe(true);
  });
});

describe('lanes', () => {
  it.each<[Lane, TaskKind, number]>([
    ['host:a', 'instance.create', 10],
    ['host:a', 'image.upload', 2],
    ['image', 'image.create', 2],
  ])('%s takes so many %s', (lane, kind, most) => {
    const lanes = new Lanes();
    for (let count = 0; count < most; count += 1) expect(lanes.enter(lane, kind)).toBe(true);
    expect(lanes.enter(lane, kind)).toBe(false);
    expect(lanes.enter('host:b', kind)).toBe(true);
    lanes.leave(lane, kind);
    expect(lanes.enter(lane, kind)).toBe(true);
  });

  it('keeps builds and uploads apart', () => {
    const lanes = new Lanes();
    for (let count = 0; count < 10; count += 1) lanes.enter('host:a', 'instance.create');
    expect(lanes.enter('host:a', 'image.upload')).toBe(true);
    expect(lanes.enter('host:a', 'instance.delete')).toBe(true);
  });
});
