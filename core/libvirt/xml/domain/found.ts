import { many, text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';
import type { Infer } from '../types.ts';
import { graphics } from './graphics.ts';
import { serial } from './serial.ts';

/** A disk that anybody may have made: a file, a block device, a volume of a pool, or something on the network. */
const disk = mapper('disk', {
  device: text('@device'),
  format: text('driver/@type'),
  file: text('source/@file'),
  dev: text('source/@dev'),
  pool: text('source/@pool'),
  volume: text('source/@volume'),
  protocol: text('source/@protocol'),
  name: text('source/@name'),
  target: text('target/@dev'),
  bus: text('target/@bus'),
});

const networkInterface = mapper('interface', {
  type: text('@type'),
  mac: text('mac/@address'),
  network: text('source/@network'),
  bridge: text('source/@bridge'),
  dev: text('source/@dev'),
  model: text('model/@type'),
});

/** A domain that somebody else made, to be read only. */
export const foundDomain = mapper('domain', {
  type: text('@type'),
  title: text('title'),
  vcpus: whole('vcpu'),
  disks: many(disk, 'devices'),
  interfaces: many(networkInterface, 'devices'),
  serials: many(serial, 'devices'),
  graphics: many(graphics, 'devices'),
});
export type FoundDomain = Infer<typeof foundDomain>;
