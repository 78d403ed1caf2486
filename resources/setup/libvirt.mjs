import { connect } from 'node:net';
import { chmodSync, chownSync, existsSync, statSync } from 'node:fs';
import { attempt, quiet } from './process.mjs';
import { note, step } from './say.mjs';

const SOCKETS = '/run/libvirt';

/** @param {string} path @returns {Promise<boolean>} whether somebody listens there */
function answers(path) {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Distributions from 2023 on split libvirtd into daemons of one driver each. */
function daemons() {
  const modular = !existsSync('/usr/sbin/libvirtd');
  const drivers = modular
    ? ['virtqemud', 'virtnetworkd', 'virtstoraged', 'virtnodedevd', 'virtsecretd', 'virtnwfilterd']
    : ['libvirtd'];
  return ['virtlogd', 'virtlockd', ...drivers].filter((name) => existsSync(`/usr/sbin/${name}`));
}

/** @param {string} daemon */
function socketOf(daemon) {
  return `${SOCKETS}/${daemon === 'libvirtd' ? 'libvirt' : daemon}-sock`;
}

/**
 * Gives group kvm the device, as udev does where it runs. libvirt probes QEMU as root and then asks whether QEMU's own
 * account may open the device: where it may not, every probe is held for outdated and defining a guest takes 14 seconds.
 */
async function openKvm() {
  const device = statSync('/dev/kvm', { throwIfNoEntry: false });
  const group = /^kvm:[^:]*:(\d+):/.exec(attempt('getent', ['group', 'kvm']).stdout)?.[1];
  if (device === undefined || group === undefined || (device.mode & 0o077) !== 0) return;
  await step(
    'Give group kvm /dev/kvm',
    'QEMU runs as an account of that group, and there is no udev to do it',
    () => {
      chownSync('/dev/kvm', 0, Number(group));
      chmodSync('/dev/kvm', 0o660);
    },
  );
}

/** Starts the libvirt of this computer, which is Micronova's first host. */
export async function ensureLibvirt() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return;
  await openKvm();
  /** @type {string[]} */
  const down = [];
  for (const daemon of daemons()) if (!(await answers(socketOf(daemon)))) down.push(daemon);
  if (down.length === 0) return;
  const systemd = existsSync('/run/systemd/system');
  const why = systemd
    ? 'this computer is the first host'
    : 'this computer is the first host, and there is no systemd to do it';
  await step(`Start ${down.join(', ')}`, why, () => {
    // The sockets start their daemons on the first call.
    if (systemd) quiet('systemctl', ['start', ...down.map((daemon) => `${daemon}.socket`)]);
    else for (const daemon of down) quiet(`/usr/sbin/${daemon}`, ['--daemon']);
  });
}

/** Says what stands between this user and the host on this computer. */
export async function reportLibvirt() {
  if (process.platform !== 'linux') return;
  const path = [socketOf('libvirtd'), socketOf('virtqemud')].find((one) => existsSync(one));
  if (path === undefined)
    return note('libvirt does not run here: "This computer" will be shown as not available.');
  if (!(await answers(path)))
    note(`libvirt runs, but this account may not use ${path}: it needs group libvirt.`);
}
