import { text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** https://libvirt.org/formatdomain.html#controllers */
export const controller = mapper('controller', {
  type: text('@type'),
  index: whole('@index'),
  model: text('@model'),
});
