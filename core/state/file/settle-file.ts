import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

function sync(path: string, flags: 'r' | 'r+'): void {
  const opened = openSync(path, flags);
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/**
 * Gives a finished file its real name: what bears that name is whole, even after a power cut.
 * @param unfinished path in the same folder
 */
export function settleFile(unfinished: string, file: string): void {
  sync(unfinished, 'r+');
  renameSync(unfinished, file);
  // Windows has no folders that could be opened; it writes the name down by itself.
  if (process.platform !== 'win32') sync(dirname(file), 'r');
}
