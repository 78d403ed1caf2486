import { text } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** An emulated TPM. https://libvirt.org/formatdomain.html#tpm-device */
export const tpm = mapper('tpm', {
  model: text('@model'),
  backendType: text('backend/@type'),
  version: text('backend/@version'),
});
