import { describe, expect, it } from 'vitest';
import { ago, image, task } from '../../../tests/fakes/data.ts';
import { failureOf, runningTasks, stateOf } from './image-state.ts';

const tiny = image('tiny');
const failed = { state: 'failed', error: { code: 'host.disk_full', message: 'full' } } as const;

function upload(hostId: string, seconds: number, over = {}) {
  return task('image.upload', 'tiny', { imageId: tiny.id, hostId, createdAt: ago(seconds), ...over });
}

describe('stateOf', () => {
  it('says that an image goes while its deletion runs, whatever its status', () => {
    const deleting = task('image.delete', 'tiny', { imageId: tiny.id, state: 'running', finishedAt: null });
    expect(stateOf(tiny, [deleting])).toBe('deleting');
    expect(stateOf(tiny, [{ ...deleting, state: 'failed', finishedAt: ago(0) }])).toBe('active');
    expect(stateOf(image('other'), [deleting])).toBe('active');
  });
});

describe('runningTasks', () => {
  it('leaves out what has ended and what works on another image', () => {
    const late = upload('h', 5, { state: 'running', finishedAt: null });
    const early = upload('h', 9, { state: 'queued', finishedAt: null });
    const other = { ...late, id: 'x', imageId: 'another' };
    expect(runningTasks([late, upload('h', 1), other, early], tiny.id)).toEqual([early, late]);
  });
});

describe('failureOf', () => {
  it('is the last try’s failure on that host, and none once it went well or is tried again', () => {
    const bad = upload('h', 60, failed);
    expect(failureOf([bad], tiny.id, 'h')).toBe(bad);
    expect(failureOf([bad], tiny.id, 'another')).toBeNull();
    expect(failureOf([bad, upload('h', 30)], tiny.id, 'h')).toBeNull();
    expect(failureOf([bad, upload('h', 3, { state: 'running', finishedAt: null })], tiny.id, 'h')).toBeNull();
  });

  it('is the creation’s failure where no host is asked about', () => {
    const bad = task('image.create', 'tiny', { imageId: tiny.id, ...failed });
    expect(failureOf([bad, upload('h', 1, failed)], tiny.id, null)).toBe(bad);
  });
});
