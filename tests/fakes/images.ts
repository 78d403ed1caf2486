import type { ContractEvent, Image, MethodName, Task } from '../../core/contract/index.ts';
import { ExpectedError } from '../../core/domain/errors.ts';
import { ago, image, nextRevision, task } from './data.ts';
import type { Scene } from './scene.ts';

type Handler = (input: Record<string, unknown>) => unknown;

/** bytes a second */
const RATE = 24 * 1024 * 1024;
/** milliseconds between two events of progress */
const BEAT = 250;

/** Images that are copied and uploaded at a steady rate, so that progress and cancelling can be looked at. */
export function imageFakes(
  scene: Scene,
  emit: (event: ContractEvent) => void,
): Partial<Record<MethodName, Handler>> {
  const timers = new Map<string, ReturnType<typeof setInterval>>();

  const find = (ref: unknown): Image => {
    const found = scene.images.find((each) => each.id === ref || each.name === ref);
    if (found === undefined) throw new ExpectedError('image.not_found', `There is no image ${String(ref)}.`);
    return found;
  };
  const change = (id: string, patch: Partial<Image>): Image => {
    const next = { ...find(id), ...patch, revision: nextRevision() };
    scene.images = scene.images.map((each) => (each.id === id ? next : each));
    emit({ type: 'image.changed', value: next });
    return next;
  };
  const store = (value: Task): void => {
    scene.tasks = [...scene.tasks.filter((each) => each.id !== value.id), value];
    emit({ type: 'task.changed', value });
  };
  const end = (id: string, state: Task['state']): Task => {
    clearInterval(timers.get(id));
    const before = scene.tasks.find((each) => each.id === id);
    if (before === undefined) throw new ExpectedError('task.not_found', 'There is no such task.');
    const after = { ...before, state, finishedAt: ago(0), revision: nextRevision() };
    store(after);
    return after;
  };
  const transfer = (kind: string, step: string, on: Image, hostId: string | null, done: () => void): Task => {
    const name = scene.hosts.find((each) => each.id === hostId)?.name;
    const started = task(kind, name === undefined ? on.name : `${on.name} → ${name}`, {
      imageId: on.id,
      hostId,
      state: 'running',
      cancellable: true,
      createdAt: ago(0),
      startedAt: ago(0),
      finishedAt: null,
      steps: [{ name: step, state: 'running', startedAt: ago(0), finishedAt: null, error: null }],
    });
    store(started);
    let bytes = 0;
    const beat = (): void => {
      bytes += (RATE * BEAT) / 1000;
      if (bytes < on.size) {
        const counted = { taskId: started.id, step, done: bytes, total: on.size, rate: RATE };
        emit({ type: 'task.progress', value: { ...counted, eta: (on.size - bytes) / RATE } });
        return;
      }
      end(started.id, 'done');
      done();
    };
    timers.set(started.id, setInterval(beat, BEAT));
    return started;
  };
  const upload = (on: Image, hostId: string): Task =>
    transfer('image.upload', 'upload', on, hostId, () =>
      change(on.id, { cachedOn: [...find(on.id).cachedOn, hostId] }),
    );

  return {
    'image.list': () => scene.images,
    'image.show': ({ ref }) => find(ref),
    'image.create': ({ name, file, uploadTo, minDisk, minRam, properties }) => {
      if (name === 'overlay') {
        throw new ExpectedError(
          'image.has_backing_file',
          `“${String(file)}” is only the difference to “base.qcow2”.`,
          { field: 'file' },
        );
      }
      const made = image(String(name), {
        status: 'saving',
        sha256: null,
        size: 431_000_000,
        virtualSize: 3 * 1024 ** 3,
        minDisk: Number(minDisk),
        minRam: Number(minRam),
        properties: { ...(properties as Image['properties']) },
        createdAt: ago(0),
      });
      scene.images = [...scene.images, made];
      emit({ type: 'image.changed', value: made });
      const copying = transfer('image.create', 'import', made, null, () => {
        const ready = change(made.id, { status: 'active', sha256: '5f2a'.repeat(16) });
        for (const hostId of uploadTo as string[]) upload(ready, hostId);
      });
      return { image: made, taskId: copying.id };
    },
    'image.upload': ({ ref, host }) => ({ taskId: upload(find(ref), String(host)).id }),
    'image.set': ({ ref, unsetProperties, properties, ...rest }) => {
      const before = find(ref);
      const gone = unsetProperties as string[];
      const kept = Object.entries(before.properties).filter(([key]) => !gone.includes(key));
      return change(before.id, {
        ...rest,
        properties: { ...Object.fromEntries(kept), ...(properties as Image['properties']) },
      });
    },
    'image.delete': ({ ref }) => {
      const { id } = find(ref);
      scene.images = scene.images.filter((each) => each.id !== id);
      emit({ type: 'deleted', resource: 'image', id, revision: nextRevision() });
      return { id };
    },
    'task.cancel': ({ id }) => end(String(id), 'cancelled'),
  };
}
