import { text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** https://libvirt.org/formatdomain.html#memory-balloon-device */
export const memballoon = mapper('memballoon', {
  model: text('@model'),
  /** seconds between two readings of the guest's memory figures */
  statsPeriod: whole('stats/@period'),
});
