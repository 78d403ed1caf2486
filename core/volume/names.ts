/**
 * What Micronova's files in a pool are called. A guest's all begin with its prefix, so that they can be found and
 * removed without a list; an image's begin with another one.
 */
const MINE = 'micronova';

export function guestPrefix(guestId: string): string {
  return `${MINE}-${guestId}-`;
}

export function imagePrefix(imageId: string): string {
  return `${MINE}-image-${imageId}.`;
}

export function rootVolume(guestId: string): string {
  return `${guestPrefix(guestId)}root.qcow2`;
}

export function ephemeralVolume(guestId: string): string {
  return `${guestPrefix(guestId)}ephemeral.qcow2`;
}

export function swapVolume(guestId: string): string {
  return `${guestPrefix(guestId)}swap.raw`;
}

export function configDriveVolume(guestId: string): string {
  return `${guestPrefix(guestId)}config.iso`;
}

export function rescueVolume(guestId: string): string {
  return `${guestPrefix(guestId)}rescue.qcow2`;
}

/** the serial console's log */
export function consoleLogVolume(guestId: string): string {
  return `${guestPrefix(guestId)}console.log`;
}

export function imageVolume(imageId: string, diskFormat: 'qcow2' | 'raw'): string {
  return `${imagePrefix(imageId)}${diskFormat}`;
}

/** An empty volume that is made last: the image beside it is complete and had this SHA-256. */
export function imageMarker(imageId: string, sha256: string): string {
  return `${imagePrefix(imageId)}${sha256}.complete`;
}

export interface VolumeOwner {
  readonly kind: 'guest' | 'image';
  readonly id: string;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const GUEST_VOLUME = new RegExp(`^${MINE}-(${UUID})-.`);
const IMAGE_VOLUME = new RegExp(`^${MINE}-image-(${UUID})\\..`);

/** Whose volume a name of ours says that it is; null for every other name. */
export function ownerOfVolume(name: string): VolumeOwner | null {
  const guest = GUEST_VOLUME.exec(name)?.[1];
  if (guest !== undefined) return { kind: 'guest', id: guest };
  const image = IMAGE_VOLUME.exec(name)?.[1];
  return image === undefined ? null : { kind: 'image', id: image };
}
