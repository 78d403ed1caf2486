import { text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** https://libvirt.org/formatdomain.html#video-devices */
export const video = mapper('video', {
  model: text('model/@type'),
  /** KiB */
  vram: whole('model/@vram'),
});

/** https://libvirt.org/formatdomain.html#input-devices */
export const input = mapper('input', { type: text('@type'), bus: text('@bus') });
