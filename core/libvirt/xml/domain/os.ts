import { flag, many, one, text, whole, yesNo } from '../fields.ts';
import { mapper } from '../mapper.ts';

const boot = mapper('boot', { device: text('@dev') });
const bootMenu = mapper('bootmenu', { enabled: yesNo('@enable'), timeout: whole('@timeout') });

/** How the guest starts. https://libvirt.org/formatdomain.html#operating-system-booting */
export const os = mapper('os', {
  /** `efi`, or absent for the machine's BIOS */
  firmware: text('@firmware'),
  arch: text('type/@arch'),
  machine: text('type/@machine'),
  type: text('type'),
  secureLoader: yesNo('loader/@secure'),
  boot: many(boot),
  bootMenu: one(bootMenu),
});

/** https://libvirt.org/formatdomain.html#hypervisor-features */
export const features = mapper('features', {
  acpi: flag('acpi'),
  apic: flag('apic'),
  /** `on` makes the guest see no hypervisor */
  kvmHidden: text('kvm/hidden/@state'),
  vmcoreinfo: text('vmcoreinfo/@state'),
  smm: text('smm/@state'),
});
