import { text } from './fields.ts';
import { mapper } from './mapper.ts';

/** A storage pool. https://libvirt.org/formatstorage.html */
export const pool = mapper('pool', {
  type: text('@type'),
  name: text('name'),
  uuid: text('uuid'),
  /** the folder on the host */
  path: text('target/path'),
});
