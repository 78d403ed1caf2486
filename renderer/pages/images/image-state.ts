import type { Image, Task } from '../../../core/contract/index.ts';
import type { Tone } from '../../ui/StatusBadge.tsx';

export type ImageState = Image['status'] | 'deleting';

/** What is under way with an image, oldest first. */
export function runningTasks(tasks: readonly Task[], imageId: string): Task[] {
  return tasks
    .filter((task) => task.imageId === imageId && task.finishedAt === null)
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/** An image keeps its status until its deletion is over; a person wants to see that it goes. */
export function stateOf(image: Image, tasks: readonly Task[]): ImageState {
  const going = runningTasks(tasks, image.id).some((task) => task.kind === 'image.delete');
  return going ? 'deleting' : image.status;
}

export const STATE_TONES: Readonly<Record<ImageState, Tone>> = {
  queued: 'busy',
  saving: 'busy',
  active: 'ok',
  error: 'bad',
  deleting: 'busy',
};

/** Why an image's creation, or its last upload to one host, failed; null once a later try went well or is under way. */
export function failureOf(tasks: readonly Task[], imageId: string, hostId: string | null): Task | null {
  const kind = hostId === null ? 'image.create' : 'image.upload';
  const last = tasks
    .filter((task) => task.kind === kind && task.imageId === imageId && task.hostId === hostId)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  return last?.state === 'failed' ? last : null;
}
