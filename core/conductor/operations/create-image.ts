import { enqueue } from '../../queue/enqueue.ts';
import { hostLane } from '../../queue/kinds.ts';
import type { Operation, StepContext } from '../../queue/operation.ts';
import type { Tx } from '../../state/database.ts';
import { getHost } from '../../state/hosts.ts';
import { deleteImage, updateImage } from '../../state/images.ts';
import type { ConductorDeps } from '../deps.ts';

interface NewImage {
  readonly imageId: string;
  readonly file: string;
  readonly uploadTo: readonly string[];
}

/** Copies a file into the image store; a cancelled one leaves nothing, a failed one its row, in error. */
export function createImage({ database, images }: ConductorDeps, input: NewImage): Operation {
  const { imageId, file } = input;
  return {
    steps: [
      {
        name: 'import',
        async do(context) {
          database.write((tx) => updateImage(tx, imageId, { status: 'saving' }));
          const stored = await images.import(imageId, file, {
            signal: context.signal,
            onProgress: (done, total) => context.progress(done, total),
          });
          return (tx) => void updateImage(tx, imageId, { ...stored, status: 'active' });
        },
        async undo() {
          await images.remove(imageId);
          return undefined;
        },
      },
    ],
    ended(tx, context, outcome) {
      if (outcome.state === 'done') enqueueUploads(tx, context, input);
      else if (outcome.state === 'cancelled') deleteImage(tx, imageId);
      else updateImage(tx, imageId, { status: 'error' });
      return undefined;
    },
  };
}

function enqueueUploads(tx: Tx, { task }: StepContext, { imageId, uploadTo }: NewImage): void {
  for (const hostId of uploadTo) {
    const host = getHost(tx, hostId);
    if (host === undefined) continue;
    enqueue(tx, {
      kind: 'image.upload',
      input: { imageId, hostId },
      subject: `${task.subject} → ${host.name}`,
      imageId,
      hostId,
      requestId: task.requestId,
      cancellable: true,
      lane: hostLane(hostId),
    });
  }
}
