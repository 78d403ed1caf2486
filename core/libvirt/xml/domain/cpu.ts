import { many, one, text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';

const topology = mapper('topology', {
  sockets: whole('@sockets'),
  cores: whole('@cores'),
  threads: whole('@threads'),
});

const feature = mapper('feature', { name: text('@name'), policy: text('@policy') });

/** What processor the guest sees. https://libvirt.org/formatdomain.html#cpu-model-and-topology */
export const cpu = mapper('cpu', {
  mode: text('@mode'),
  match: text('@match'),
  check: text('@check'),
  modelFallback: text('model/@fallback'),
  model: text('model'),
  topology: one(topology),
  features: many(feature),
});

/** https://libvirt.org/formatdomain.html#cpu-tuning */
export const cputune = mapper('cputune', {
  shares: whole('shares'),
  /** microseconds */
  period: whole('period'),
  /** microseconds in each period */
  quota: whole('quota'),
});
