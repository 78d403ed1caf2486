import { text } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** A virtio port; `org.qemu.guest_agent.0` is the guest agent's. */
export const channel = mapper('channel', {
  type: text('@type'),
  targetType: text('target/@type'),
  targetName: text('target/@name'),
  /** `connected` or `disconnected`, in a running guest's XML only */
  state: text('target/@state'),
});
