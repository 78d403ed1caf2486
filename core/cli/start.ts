import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { StartControlPlane } from './session.ts';

/** The checkout or the installed program: two folders up, from the sources as from out/cli. */
const ROOT = join(import.meta.dirname, '..', '..');

const Package = z.object({ version: z.string() });

export const VERSION = Package.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))).version;

/** Where set-up puts the tiny guest image. */
const GUEST_IMAGE = join(ROOT, 'out', 'guest', 'tiny.qcow2');

export const startControlPlane: StartControlPlane = async (home, owner) => {
  // Most commands find a Micronova that runs, and should not wait for a second one to be read from disk.
  const { createControlPlane } = await import('../control-plane.ts');
  return createControlPlane({
    home,
    owner,
    version: VERSION,
    ...(existsSync(GUEST_IMAGE) && { guestImage: GUEST_IMAGE }),
  });
};
