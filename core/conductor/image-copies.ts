import type { ImageSource } from '../compute/driver.ts';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import type { Database } from '../state/database.ts';
import { getImage, insertImageCopy } from '../state/images.ts';
import type { Hosts } from './hosts.ts';
import { UploadSlots } from './upload-slots.ts';

/** milliseconds for which nothing may be counted of a copy: uploads of others to that host may go first */
export const COPY_PATIENCE = 6 * 3_600_000;

interface Follower {
  readonly signal: AbortSignal;
  readonly resumed: boolean;
  progress(done: number, total: number): void;
}

interface Upload {
  readonly ended: Promise<void>;
  readonly controller: AbortController;
  readonly followers: Set<Follower>;
}

/** The images on the hosts: each goes to a host once, however many wait for it. */
export class ImageCopies {
  readonly #database: Database;
  readonly #hosts: Hosts;
  readonly #slots = new UploadSlots();
  readonly #uploads = new Map<string, Upload>();

  constructor(database: Database, hosts: Hosts) {
    this.#database = database;
    this.#hosts = hosts;
  }

  /** Makes sure that the host holds a complete copy. The upload ends early when nobody waits for it any more. */
  async ensure(image: ImageSource, hostId: string, follower: Follower): Promise<void> {
    const key = `${image.id} ${hostId}`;
    let upload = this.#uploads.get(key);
    // One that is being broken off must have let go of the volume before the next begins.
    while (upload?.controller.signal.aborted) {
      await upload.ended.catch(() => undefined);
      upload = this.#uploads.get(key);
    }
    follower.signal.throwIfAborted();
    upload ??= this.#start(key, image, hostId, follower.resumed);
    await this.#follow(upload, follower);
  }

  /**
   * Removes what an upload that broke off has left on the host. A complete copy stays, and one that somebody is bringing.
   * @throws ExpectedError as the way to the host does
   */
  async discardHalf(imageId: string, hostId: string, caller: Omit<Follower, 'progress'>): Promise<void> {
    const key = `${imageId} ${hostId}`;
    const isHalf = !getImage(this.#database, imageId)?.cachedOn.includes(hostId);
    if (!isHalf || this.#uploads.has(key)) return;
    const { signal } = caller;
    const ended = this.#hosts
      .use(hostId, caller, (driver) => driver.removeImage(imageId, { signal }))
      .catch((error: unknown) => {
        // Disks lie over it: it is whole, only nobody had put that down.
        if (!isExpected(error, 'host.in_use')) throw error;
      });
    // Whoever wants to bring the image meanwhile waits, as for an upload that is being broken off.
    const controller = new AbortController();
    controller.abort();
    this.#uploads.set(key, { ended, controller, followers: new Set() });
    await ended.finally(() => this.#uploads.delete(key));
  }

  #start(key: string, image: ImageSource, hostId: string, resumed: boolean): Upload {
    const controller = new AbortController();
    const followers = new Set<Follower>();
    const ended = this.#bring(image, hostId, { resumed, signal: controller.signal, followers }).finally(() =>
      this.#uploads.delete(key),
    );
    // Every follower hears of the failure; with none left nobody would.
    ended.catch(() => undefined);
    const upload = { ended, controller, followers };
    this.#uploads.set(key, upload);
    return upload;
  }

  async #follow(upload: Upload, follower: Follower): Promise<void> {
    upload.followers.add(follower);
    const { promise: left, resolve } = Promise.withResolvers<void>();
    const leave = () => resolve();
    follower.signal.addEventListener('abort', leave);
    try {
      await Promise.race([upload.ended, left]);
      follower.signal.throwIfAborted();
    } finally {
      follower.signal.removeEventListener('abort', leave);
      upload.followers.delete(follower);
      if (upload.followers.size === 0) await this.#breakOff(upload);
    }
  }

  async #breakOff(upload: Upload): Promise<void> {
    upload.controller.abort(new ExpectedError('cancelled', 'The upload was cancelled'));
    await upload.ended.catch(() => undefined);
  }

  async #bring(
    image: ImageSource,
    hostId: string,
    { followers, ...caller }: { resumed: boolean; signal: AbortSignal; followers: ReadonlySet<Follower> },
  ): Promise<void> {
    const { signal } = caller;
    const onProgress = (done: number, total: number) => {
      for (const follower of followers) follower.progress(done, total);
    };
    await this.#hosts.use(hostId, caller, async (driver) => {
      if (await driver.hasImage(image, { signal })) return;
      const slot = await this.#slots.enter(hostId, signal);
      await driver.uploadImage(image, { signal, onProgress }).finally(() => slot[Symbol.dispose]());
    });
    this.#note(image.id, hostId);
  }

  #note(imageId: string, hostId: string): void {
    if (getImage(this.#database, imageId)?.cachedOn.includes(hostId)) return;
    this.#database.write((tx) => {
      const image = getImage(tx, imageId);
      if (image !== undefined && !image.cachedOn.includes(hostId)) insertImageCopy(tx, imageId, hostId);
    });
  }
}
