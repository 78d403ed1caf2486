import { isExpected } from '../../domain/errors.ts';
import type { Operation, StepContext } from '../../queue/operation.ts';
import type { Reader } from '../../state/database.ts';
import { listHosts } from '../../state/hosts.ts';
import { deleteImage as deleteRow, getImage } from '../../state/images.ts';
import type { ConductorDeps } from '../deps.ts';
import { isLinkLoss } from '../hosts.ts';
import { leaveToCleanup } from '../leftovers.ts';
import { isImageInUse } from '../orphaned-image.ts';

/**
 * Removes an image: its copies on the hosts, its file, its row. A copy on a host that is away goes when the host is
 * back; one that disks still lie over stays until the last of these instances is deleted.
 */
export function deleteImage(deps: ConductorDeps, imageId: string): Operation {
  const { database, images } = deps;
  return {
    steps: [
      {
        name: 'remove_copies',
        async do(context) {
          const left: string[] = [];
          // After a restart nobody is connected yet, and a half copy that nobody knows of would stay.
          await deps.hosts.attempted(context.signal);
          for (const hostId of hostsWithCopies(database, imageId)) {
            const used = isImageInUse(database, imageId, hostId);
            if (!used && !(await removeCopy(deps, imageId, hostId, context))) left.push(hostId);
          }
          return (tx) => {
            for (const hostId of left) leaveToCleanup(tx, 'image.cleanup', { imageId, hostId }, context.task);
            return undefined;
          };
        },
      },
      {
        name: 'remove_file',
        async do() {
          await images.remove(imageId);
          return (tx) => {
            deleteRow(tx, imageId);
            return undefined;
          };
        },
      },
    ],
  };
}

/** Those that are known to, and those that may hold a part: of an upload that broke off with the link nobody knows. */
function hostsWithCopies(reader: Reader, imageId: string): string[] {
  const cachedOn = new Set(getImage(reader, imageId)?.cachedOn);
  return listHosts(reader)
    .filter(({ id, connection }) => cachedOn.has(id) || connection === 'connected')
    .map(({ id }) => id);
}

/** @returns false when the host went away, or is away */
async function removeCopy(
  { hosts, log }: ConductorDeps,
  imageId: string,
  hostId: string,
  context: StepContext,
): Promise<boolean> {
  const { signal } = context;
  try {
    await hosts.use(hostId, context, (driver) => driver.removeImage(imageId, { signal }));
  } catch (error) {
    if (!isExpected(error)) throw error;
    signal.throwIfAborted();
    log.warn({ imageId, hostId, err: error }, 'a copy of a deleted image stays on its host');
    return !isLinkLoss(error);
  }
  return true;
}
