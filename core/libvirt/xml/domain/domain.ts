import { many, one, text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';
import type { Infer } from '../types.ts';
import { channel } from './channel.ts';
import { clock } from './clock.ts';
import { controller } from './controller.ts';
import { cpu, cputune } from './cpu.ts';
import { disk } from './disk.ts';
import { graphics } from './graphics.ts';
import { networkInterface } from './interface.ts';
import { memballoon } from './memballoon.ts';
import { instanceMetadata, novaMetadata } from './metadata.ts';
import { features, os } from './os.ts';
import { rng } from './rng.ts';
import { console, serial } from './serial.ts';
import { tpm } from './tpm.ts';
import { input, video } from './video.ts';
import { watchdog } from './watchdog.ts';

const hugePage = mapper('page', { size: whole('@size'), unit: text('@unit') });
const hugePages = mapper('hugepages', { pages: many(hugePage) });

/** A libvirt domain. https://libvirt.org/formatdomain.html */
export const domain = mapper('domain', {
  /** `kvm`, or `qemu` for emulation */
  type: text('@type'),
  name: text('name'),
  uuid: text('uuid'),
  title: text('title'),
  metadata: one(instanceMetadata, 'metadata'),
  nova: one(novaMetadata, 'metadata'),
  memoryUnit: text('memory/@unit'),
  memory: whole('memory'),
  hugePages: one(hugePages, 'memoryBacking'),
  vcpus: whole('vcpu'),
  cputune: one(cputune),
  os: one(os),
  features: one(features),
  cpu: one(cpu),
  clock: one(clock),
  onPoweroff: text('on_poweroff'),
  onReboot: text('on_reboot'),
  onCrash: text('on_crash'),
  emulator: text('devices/emulator'),
  disks: many(disk, 'devices'),
  controllers: many(controller, 'devices'),
  interfaces: many(networkInterface, 'devices'),
  serials: many(serial, 'devices'),
  consoles: many(console, 'devices'),
  channels: many(channel, 'devices'),
  inputs: many(input, 'devices'),
  graphics: many(graphics, 'devices'),
  videos: many(video, 'devices'),
  memballoon: one(memballoon, 'devices'),
  rngs: many(rng, 'devices'),
  watchdogs: many(watchdog, 'devices'),
  tpms: many(tpm, 'devices'),
});
export type Domain = Infer<typeof domain>;
