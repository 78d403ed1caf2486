import type { Image, Instance, Parsed } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type { RequestContext } from '../../identity/context.ts';
import { refuseImageOnHost } from '../../scheduler/image-on-host.ts';
import type { Reader, Tx } from '../../state/database.ts';
import { transition } from '../../state/instance-changes.ts';
import { checkState } from './find-instance.ts';
import { checkActive, findImage } from '../images.ts';
import { accept, type Accepted, onHost } from './instance-accept.ts';
import { checkFlavorFits } from './instance-checks.ts';

/**
 * The image that was asked for, or else the instance's own.
 * @throws ExpectedError `image.*`, `bad_input`; before those what the guard says, whatever the state is
 */
function imageFor(
  reader: Reader,
  instance: Instance,
  action: 'rescue' | 'rebuild',
  ref: string | undefined,
): Image {
  // Who is kept out for good need not be asked for an image first.
  checkState(reader, instance, action, { whateverState: true });
  const wanted = ref ?? instance.imageId;
  if (wanted === null) {
    throw new ExpectedError('bad_input', `“${instance.name}” has no image of its own.`, {
      field: 'image',
      remedy: 'Say which image is meant.',
    });
  }
  const image = findImage(reader, wanted, 'image');
  checkActive(reader, image, 'image');
  return image;
}

export function rescueInstance(
  tx: Tx,
  { ref, image, whenBack }: Parsed<'instance.rescue'>,
  context: RequestContext,
): Accepted {
  const instance = onHost(tx, ref, 'rescue');
  const { id: imageId } = imageFor(tx, instance, 'rescue', image);
  return accept(tx, instance, { action: 'rescue', input: { imageId }, whenBack }, context);
}

/** The user data is taken over at once: it is told to the new system, and to nobody before. */
export function rebuildInstance(
  tx: Tx,
  { ref, image: wanted, userData, whenBack }: Parsed<'instance.rebuild'>,
  context: RequestContext,
): Accepted {
  const instance = onHost(tx, ref, 'rebuild');
  const image = imageFor(tx, instance, 'rebuild', wanted);
  checkFlavorFits(instance.flavor, image);
  refuseImageOnHost(tx, instance, image);
  if (userData !== undefined) {
    transition(tx, instance.id, { set: { userData: userData.replace(/\s/g, '') } });
  }
  return accept(tx, instance, { action: 'rebuild', input: { imageId: image.id }, whenBack }, context);
}
