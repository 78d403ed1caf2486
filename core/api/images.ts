import { isAbsolute } from 'node:path';
import type { Image, imageMethods, Parsed } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { type ImageFacts, inspectImage } from '../image/inspect.ts';
import type { RequestContext } from '../identity/context.ts';
import { enqueue } from '../queue/enqueue.ts';
import { hostLane } from '../queue/kinds.ts';
import type { Database, Reader, Tx } from '../state/database.ts';
import { findImages, insertImage, listImages, updateImage } from '../state/images.ts';
import { findActiveTask } from '../state/tasks.ts';
import { hostAway, reachOf } from './host-away.ts';
import { findHost } from './hosts.ts';
import { resolveOne } from './resolve.ts';
import type { Handlers } from './router.ts';

export function findImage(reader: Reader, ref: string, field?: string): Image {
  return resolveOne(findImages(reader, ref), ref, {
    what: 'image',
    notFound: 'image.not_found',
    ...(field !== undefined && { field }),
  });
}

/** @throws ExpectedError `image.not_active` */
export function checkActive(reader: Reader, image: Image, field: string): void {
  if (findActiveTask(reader, 'image.delete', image.id) !== undefined) {
    throw new ExpectedError('image.not_active', `The image “${image.name}” is being deleted.`, {
      field,
      remedy: 'Choose another image.',
    });
  }
  if (image.status === 'active') return;
  const failed = image.status === 'error';
  throw new ExpectedError('image.not_active', `The image “${image.name}” is ${image.status}, not active.`, {
    field,
    remedy: failed ? 'Delete it and create it again.' : 'Wait until it has been copied: see Activity.',
  });
}

type NewImage = Omit<Parsed<'image.create'>, 'uploadTo'> & { readonly uploadTo: readonly string[] };

/** Makes the image's row and the task that copies the file, together. */
export function addImage(tx: Tx, values: NewImage, facts: ImageFacts, requestId: string) {
  const image = insertImage(tx, {
    id: tx.uuid(),
    name: values.name,
    status: 'queued',
    ...facts,
    sha256: null,
    minDisk: values.minDisk,
    minRam: values.minRam,
    properties: values.properties,
    createdAt: tx.now(),
  });
  const taskId = enqueue(tx, {
    kind: 'image.create',
    input: { imageId: image.id, file: values.file, uploadTo: [...values.uploadTo] },
    subject: image.name,
    imageId: image.id,
    requestId,
    cancellable: true,
    lane: 'image',
  });
  return { image, taskId };
}

async function create(database: Database, input: Parsed<'image.create'>, { requestId }: RequestContext) {
  if (!isAbsolute(input.file)) {
    throw new ExpectedError('bad_input', `“${input.file}” is no absolute path.`, {
      field: 'file',
      remedy: 'Give the whole path of the file.',
    });
  }
  const uploadTo = input.uploadTo.map((ref) => findHost(database, ref, 'uploadTo').id);
  const { diskFormat, size, virtualSize } = await inspectImage(input.file);
  return database.write((tx) =>
    addImage(tx, { ...input, uploadTo }, { diskFormat, size, virtualSize }, requestId),
  );
}

function set(
  database: Database,
  { ref, properties, unsetProperties = [], ...change }: Parsed<'image.set'>,
): Image {
  return database.write((tx) => {
    const image = findImage(tx, ref);
    const kept = Object.entries(image.properties).filter(([key]) => !unsetProperties.includes(key));
    const changed = updateImage(tx, image.id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.minDisk !== undefined && { minDisk: change.minDisk }),
      ...(change.minRam !== undefined && { minRam: change.minRam }),
      properties: { ...Object.fromEntries(kept), ...properties },
    });
    return changed ?? image;
  });
}

function upload(
  database: Database,
  { ref, host: hostRef }: Parsed<'image.upload'>,
  { requestId }: RequestContext,
) {
  return database.write((tx) => {
    const image = findImage(tx, ref);
    checkActive(tx, image, 'ref');
    const host = findHost(tx, hostRef, 'host');
    const reach = reachOf(tx, host.id);
    if (reach.is === 'away') throw hostAway(reach.host);
    const taskId = enqueue(tx, {
      kind: 'image.upload',
      input: { imageId: image.id, hostId: host.id },
      subject: `${image.name} → ${host.name}`,
      imageId: image.id,
      hostId: host.id,
      requestId,
      cancellable: true,
      lane: hostLane(host.id),
    });
    return { taskId };
  });
}

// The row goes with the task's end: until then the hosts' copies are known. Whatever else is under way with the image
// makes way in the queue, and deleting again changes nothing.
function remove(database: Database, ref: string, { requestId }: RequestContext) {
  return database.write((tx) => {
    const { id, name } = findImage(tx, ref);
    if (findActiveTask(tx, 'image.delete', id) !== undefined) return { id };
    enqueue(tx, {
      kind: 'image.delete',
      input: { imageId: id },
      subject: name,
      imageId: id,
      requestId,
      cancellable: false,
      lane: 'image',
    });
    return { id };
  });
}

export function imageHandlers(database: Database): Handlers<keyof typeof imageMethods> {
  return {
    'image.create': (input, context) => create(database, input, context),
    'image.list': () => listImages(database),
    'image.show': ({ ref }) => findImage(database, ref),
    'image.set': (input) => set(database, input),
    'image.delete': ({ ref }, context) => remove(database, ref, context),
    'image.upload': (input, context) => upload(database, input, context),
  };
}
