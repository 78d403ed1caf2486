import { join } from 'node:path';
import { type ControlPlane, type ControlPlaneOptions, createControlPlane } from '../../core/control-plane.ts';
import type { Environment } from '../../core/transport/platform.ts';

/** A desktop with no SSH files and no agent, that runs no guests itself: the machine's own libvirt is left alone. */
function desktop(folder: string): Environment {
  return { platform: 'darwin', env: {}, home: folder, username: 'root', uid: 0, tmp: folder };
}

/** @param folder of one desk; its data folder lies in it */
export function startControlPlane(
  folder: string,
  options: Pick<ControlPlaneOptions, 'around'> = {},
): Promise<ControlPlane> {
  const home = join(folder, 'data');
  const environment = desktop(folder);
  return createControlPlane({ home, owner: 'serve', version: '0.0.0', environment, ...options });
}
