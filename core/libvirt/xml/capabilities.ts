import { many, one, text } from './fields.ts';
import { mapper } from './mapper.ts';
import type { Infer } from './types.ts';

const feature = mapper('feature', { name: text('@name') });

const hostCpu = mapper('cpu', {
  arch: text('arch'),
  model: text('model'),
  vendor: text('vendor'),
  features: many(feature),
});

const machine = mapper('machine', { name: text(''), canonical: text('@canonical') });
const domainType = mapper('domain', { type: text('@type') });
const arch = mapper('arch', {
  name: text('@name'),
  emulator: text('emulator'),
  machines: many(machine),
  domains: many(domainType),
});
const guest = mapper('guest', { osType: text('os_type'), arch: one(arch) });

/** What the host is and which guests it could run. https://libvirt.org/formatcaps.html */
export const capabilities = mapper('capabilities', {
  hostUuid: text('host/uuid'),
  cpu: one(hostCpu, 'host'),
  guests: many(guest),
});
export type Capabilities = Infer<typeof capabilities>;

/** A bare `<cpu>` document, as the CPU calls take and give it. */
export const cpuDocument = mapper('cpu', {
  arch: text('arch'),
  model: text('model'),
  features: many(mapper('feature', { name: text('@name'), policy: text('@policy') })),
});
