import { text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** https://libvirt.org/formatdomain.html#random-number-generator-device */
export const rng = mapper('rng', {
  model: text('@model'),
  /** bytes in each period */
  rateBytes: whole('rate/@bytes'),
  /** milliseconds */
  ratePeriod: whole('rate/@period'),
  backendModel: text('backend/@model'),
  backend: text('backend'),
});
