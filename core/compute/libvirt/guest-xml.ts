import { domain } from '../../libvirt/xml/domain/domain.ts';
import { buildXml } from '../../libvirt/xml/mapper.ts';
import type { GuestSpec } from '../driver.ts';
import { wholeSpecs } from './extra-specs.ts';
import {
  channelsOf,
  graphicsOf,
  inputsOf,
  interfacesOf,
  rngsOf,
  serialsOf,
  tpmsOf,
  videosOf,
  watchdogsOf,
} from './guest-devices.ts';
import { controllersOf, disksOf } from './guest-disks.ts';
import type { GuestHost } from './guest-host.ts';
import { clockOf, cpuOf, featuresOf, hugePagesOf, machineOf, osOf } from './guest-machine.ts';
import { metadataOf, novaMetadataOf } from './mark-xml.ts';

const CPUTUNE = [
  ['shares', 'quota:cpu_shares'],
  ['period', 'quota:cpu_period'],
  ['quota', 'quota:cpu_quota'],
] as const;

/** Seconds between two readings of the guest's memory figures; Nova's `mem_stats_period_seconds`. */
const MEMORY_STATS_PERIOD = 10;

/**
 * The domain of a guest. Everything a person typed goes through the mappers.
 * @throws ExpectedError `bad_input` for an extra spec or image property that means nothing
 */
export function guestXml(guest: GuestSpec, host: GuestHost): string {
  const machine = machineOf(guest, host);
  return buildXml(domain, {
    type: host.virtType,
    name: guest.domainName,
    uuid: guest.id,
    title: guest.name,
    metadata: metadataOf(guest),
    nova: novaMetadataOf(guest),
    memoryUnit: 'MiB',
    memory: guest.flavor.ram,
    hugePages: hugePagesOf(guest),
    vcpus: guest.flavor.vcpus,
    cputune: wholeSpecs(guest.flavor.extraSpecs, CPUTUNE),
    os: osOf(guest, host, machine),
    features: featuresOf(guest, host),
    cpu: cpuOf(guest, host),
    clock: clockOf(guest, host),
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: 'destroy',
    disks: disksOf(guest, host, machine),
    controllers: controllersOf(guest, machine),
    interfaces: interfacesOf(guest, host),
    serials: serialsOf(guest, host),
    consoles: [{ type: 'pty', targetType: 'serial', port: 0 }],
    channels: channelsOf(guest),
    inputs: inputsOf(guest, host),
    graphics: graphicsOf(host),
    videos: videosOf(guest, host, machine),
    memballoon: { model: 'virtio', statsPeriod: MEMORY_STATS_PERIOD },
    rngs: rngsOf(guest),
    watchdogs: watchdogsOf(guest),
    tpms: tpmsOf(guest),
  });
}
