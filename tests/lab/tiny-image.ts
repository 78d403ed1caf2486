import { join } from 'node:path';

/** The tiny guest image (resources/guest), where set-up puts it. */
export const TINY_IMAGE = join(import.meta.dirname, '..', '..', 'out', 'guest', 'tiny.qcow2');
