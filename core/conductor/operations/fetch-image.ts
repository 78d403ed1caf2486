import { ExpectedError } from '../../domain/errors.ts';
import type { Operation } from '../../queue/operation.ts';
import { getImage, insertImageCopy, updateImage } from '../../state/images.ts';
import type { ConductorDeps } from '../deps.ts';
import { COPY_PATIENCE } from '../image-copies.ts';

/** Brings an image whose file was lost back from a host's copy, and holds it against its checksum. */
export function fetchImage(
  { database, hosts, images }: ConductorDeps,
  { imageId, hostId }: { readonly imageId: string; readonly hostId: string },
): Operation {
  return {
    steps: [
      {
        name: 'download',
        patience: COPY_PATIENCE,
        async do(context) {
          const image = getImage(database, imageId);
          if (image === undefined || image.status === 'active') return undefined;
          const { sha256 } = image;
          if (sha256 === null)
            throw new ExpectedError('image.not_found', `The image “${image.name}” has no checksum`);
          database.write((tx) => updateImage(tx, imageId, { status: 'saving' }));
          const { signal } = context;
          const onProgress = (done: number, total: number) => context.progress(done, total);
          const download = (file: string) =>
            hosts.use(hostId, context, (driver) =>
              driver.downloadImage({ ...image, size: image.size }, file, { signal, onProgress }),
            );
          const stored = await images.fetch(imageId, sha256, download, { signal });
          return (tx) => {
            updateImage(tx, imageId, { ...stored, status: 'active' });
            insertImageCopy(tx, imageId, hostId);
            return undefined;
          };
        },
      },
    ],
    ended(tx, _context, outcome) {
      if (outcome.state !== 'done') updateImage(tx, imageId, { status: 'error' });
      return undefined;
    },
  };
}
