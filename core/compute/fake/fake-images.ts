import { ExpectedError } from '../../domain/errors.ts';
import type { ComputeDriver, ImageSource, StepOptions, TransferOptions } from '../driver.ts';
import type { FakeConnection } from './fake-connection.ts';

const CHUNKS = 4;

type Part = Pick<ComputeDriver, 'hasImage' | 'uploadImage' | 'removeImage'>;

/** The copies of images. */
export function fakeImages(at: FakeConnection): Part {
  return {
    hasImage(image: ImageSource, options: StepOptions): Promise<boolean> {
      return at.step('hasImage', options, () => {
        const held = at.host.images.get(image.id);
        return held !== undefined && held.complete && held.sha256 === image.sha256;
      });
    },

    async uploadImage(image: ImageSource, options: TransferOptions): Promise<void> {
      const put = (share: number) =>
        at.host.images.set(image.id, {
          sha256: image.sha256,
          size: image.size * share,
          complete: share === 1,
          file: image.file,
        });
      try {
        put(0);
        for (let chunk = 1; chunk < CHUNKS; chunk += 1) {
          options.onProgress((image.size * chunk) / CHUNKS, image.size);
          await at.live(at.host.faults.pause(), options);
        }
        put(0.5);
        await at.step('uploadImage', options, () => {
          at.needSpace();
          put(1);
        });
        options.onProgress(image.size, image.size);
      } catch (error) {
        // Cut short it must not look complete; whether the rest can be removed depends on the link, as it really does.
        if (!at.isOver) at.host.images.delete(image.id);
        throw error;
      }
    },

    removeImage(imageId: string, options: StepOptions): Promise<void> {
      return at.step('removeImage', options, () => {
        const used = [...at.host.disks.values()].some(
          ({ root, rescue }) => root === imageId || rescue === imageId,
        );
        if (used) throw new ExpectedError('host.in_use', `Disks on the host still lie over image ${imageId}`);
        at.host.images.delete(imageId);
      });
    },
  };
}
