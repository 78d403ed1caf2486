import { many, text, yesNo } from '../fields.ts';
import { mapper } from '../mapper.ts';

const timer = mapper('timer', {
  name: text('@name'),
  tickPolicy: text('@tickpolicy'),
  present: yesNo('@present'),
});

/** https://libvirt.org/formatdomain.html#time-keeping */
export const clock = mapper('clock', { offset: text('@offset'), timers: many(timer) });
