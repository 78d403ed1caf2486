import { one, text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** KiB a second, KiB for the burst. nova: quota:vif_* */
const limits = {
  average: whole('@average'),
  peak: whole('@peak'),
  burst: whole('@burst'),
};
const bandwidth = mapper('bandwidth', {
  inbound: one(mapper('inbound', limits)),
  outbound: one(mapper('outbound', limits)),
});

/** https://libvirt.org/formatdomain.html#network-interfaces */
export const networkInterface = mapper('interface', {
  /** `network`, or `user` where the account may not make networks */
  type: text('@type'),
  mac: text('mac/@address'),
  /** the host's end, while the guest runs */
  target: text('target/@dev'),
  network: text('source/@network'),
  model: text('model/@type'),
  queues: whole('driver/@queues'),
  bandwidth: one(bandwidth),
});
