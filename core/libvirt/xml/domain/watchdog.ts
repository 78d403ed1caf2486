import { text } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** https://libvirt.org/formatdomain.html#watchdog-devices */
export const watchdog = mapper('watchdog', { model: text('@model'), action: text('@action') });
