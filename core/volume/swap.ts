import { createHash } from 'node:crypto';

const PAGE = 4096;

/**
 * The first page of a swap area, as `mkswap` writes it, so that a guest can switch it on at once. linux include/linux/swap.h
 * @param bytes of the whole disk
 */
export function swapHeader(bytes: number, guestId: string): Buffer {
  const page = Buffer.alloc(PAGE);
  page.writeUInt32LE(1, 1024);
  page.writeUInt32LE(Math.floor(bytes / PAGE) - 1, 1028);
  // Any UUID will do; one made from the guest's id is the same on every try.
  createHash('sha256').update(`swap ${guestId}`).digest().copy(page, 1036, 0, 16);
  page.write('SWAPSPACE2', PAGE - 10, 'ascii');
  return page;
}
