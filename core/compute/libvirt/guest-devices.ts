import type { Domain } from '../../libvirt/xml/domain/domain.ts';
import { consoleLogVolume } from '../../volume/names.ts';
import type { GuestSpec } from '../driver.ts';
import { boolSpec, choiceSpec, wholeSpec, wholeSpecs } from './extra-specs.ts';
import { isX86, type GuestHost, type Machine } from './guest-host.ts';

const INBOUND = [
  ['average', 'quota:vif_inbound_average'],
  ['peak', 'quota:vif_inbound_peak'],
  ['burst', 'quota:vif_inbound_burst'],
] as const;
const OUTBOUND = [
  ['average', 'quota:vif_outbound_average'],
  ['peak', 'quota:vif_outbound_peak'],
  ['burst', 'quota:vif_outbound_burst'],
] as const;

export function interfacesOf(guest: GuestSpec, host: GuestHost): Domain['interfaces'] {
  const specs = guest.flavor.extraSpecs;
  const inbound = wholeSpecs(specs, INBOUND);
  const outbound = wholeSpecs(specs, OUTBOUND);
  const queues = boolSpec(specs, 'hw:vif_multiqueue_enabled') ? guest.flavor.vcpus : undefined;
  return [
    {
      ...(host.network === null ? { type: 'user' } : { type: 'network', network: host.network }),
      mac: guest.mac,
      model: guest.image.properties['hw_vif_model'] ?? 'virtio',
      queues,
      bandwidth: inbound || outbound ? { inbound, outbound } : undefined,
    },
  ];
}

/** The first port's output is kept beside the disks, where a plain volume download can read it. */
export function serialsOf(guest: GuestSpec, host: GuestHost): Domain['serials'] {
  const count = wholeSpec(guest.flavor.extraSpecs, 'hw:serial_port_count') ?? 1;
  return Array.from({ length: Math.max(1, count) }, (_, port) => ({
    type: 'pty',
    port,
    ...(port === 0 && { logFile: `${host.poolPath}/${consoleLogVolume(guest.id)}`, logAppend: 'on' }),
  }));
}

export function graphicsOf(host: GuestHost): Domain['graphics'] {
  if (host.display.kind === 'socket') return [{ type: 'vnc', listen: { type: 'socket' } }];
  return [
    {
      type: 'vnc',
      autoport: true,
      password: host.display.password,
      listen: { type: 'address', address: '127.0.0.1' },
    },
  ];
}

/** The agent's port costs nothing where no agent is, so it is there unless the image says no. */
export function channelsOf(guest: GuestSpec): Domain['channels'] {
  if (boolSpec(guest.image.properties, 'hw_qemu_guest_agent') === false) return [];
  return [{ type: 'unix', targetType: 'virtio', targetName: 'org.qemu.guest_agent.0' }];
}

/**
 * A tablet gives VNC a pointer that follows the hand. It is polled all the time, which emulation cannot afford for
 * guests that mostly have no desktop; there the image has to ask for it.
 */
export function inputsOf(guest: GuestSpec, host: GuestHost): Domain['inputs'] {
  const model = choiceSpec(guest.image.properties, 'hw_pointer_model', ['usbtablet', 'ps2mouse']);
  const wanted = model === undefined ? host.virtType === 'kvm' : model === 'usbtablet';
  return wanted && isX86(host.arch) ? [{ type: 'tablet', bus: 'usb' }] : [];
}

export function rngsOf(guest: GuestSpec): Domain['rngs'] {
  const specs = guest.flavor.extraSpecs;
  if (boolSpec(specs, 'hw_rng:allowed') === false) return [];
  return [
    {
      model: guest.image.properties['hw_rng_model'] ?? 'virtio',
      backendModel: 'random',
      backend: '/dev/urandom',
      rateBytes: wholeSpec(specs, 'hw_rng:rate_bytes'),
      ratePeriod: wholeSpec(specs, 'hw_rng:rate_period'),
    },
  ];
}

const WATCHDOG = ['disabled', 'reset', 'poweroff', 'pause', 'none'] as const;

export function watchdogsOf(guest: GuestSpec): Domain['watchdogs'] {
  const action =
    choiceSpec(guest.image.properties, 'hw_watchdog_action', WATCHDOG) ??
    choiceSpec(guest.flavor.extraSpecs, 'hw:watchdog_action', WATCHDOG);
  return action === undefined || action === 'disabled' ? [] : [{ model: 'i6300esb', action }];
}

const TPM_MODELS = ['tpm-tis', 'tpm-crb'] as const;

export function tpmsOf(guest: GuestSpec): Domain['tpms'] {
  const specs = { ...guest.image.properties, ...guest.flavor.extraSpecs };
  const version =
    choiceSpec(specs, 'hw:tpm_version', ['1.2', '2.0']) ??
    choiceSpec(specs, 'hw_tpm_version', ['1.2', '2.0']);
  if (version === undefined) return [];
  const model =
    choiceSpec(specs, 'hw:tpm_model', TPM_MODELS) ??
    choiceSpec(specs, 'hw_tpm_model', TPM_MODELS) ??
    'tpm-tis';
  return [{ model, backendType: 'emulator', version }];
}

/** On x86 the plain VGA every boot loader and kernel can write to; elsewhere there is none. */
export function videosOf(guest: GuestSpec, host: GuestHost, machine: Machine): Domain['videos'] {
  const usual = isX86(host.arch) && machine.type !== 'microvm' ? 'vga' : 'virtio';
  return [{ model: guest.image.properties['hw_video_model'] ?? usual }];
}
