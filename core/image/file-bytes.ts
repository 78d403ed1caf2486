import { open, type FileHandle } from 'node:fs/promises';
import { ExpectedError } from '../domain/errors.ts';

/** Reads pieces of one file of known size. */
export interface FileBytes extends AsyncDisposable {
  readonly path: string;
  /** bytes */
  readonly size: number;
  /** As many bytes as the file has there, at most `length`. @param into what they are read into, instead of new memory */
  read(offset: number, length: number, into?: Buffer): Promise<Buffer>;
}

/** @throws ExpectedError `image.file_unreadable` */
export async function openFile(path: string): Promise<FileBytes> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw unreadable(path, new Error('it is no regular file'));
    return {
      path,
      size: stat.size,
      read: (offset, length, into) =>
        readAt(handle, path, offset, into?.subarray(0, length) ?? Buffer.allocUnsafe(length)),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readAt(handle: FileHandle, path: string, offset: number, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  try {
    while (filled < buffer.length) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return buffer.subarray(0, filled);
}

export function unreadable(path: string, cause: unknown): ExpectedError {
  return new ExpectedError('image.file_unreadable', `The file ${path} cannot be read`, {
    cause,
    field: 'file',
    remedy: 'Check the path, and that you may read the file.',
  });
}
