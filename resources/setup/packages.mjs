import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { attempt, onPath, quiet } from './process.mjs';
import { line, note, step } from './say.mjs';

/** Names by purpose. `a|b`: distributions name it differently; the first one that is known is taken. */
const HOST = [
  'libvirt-daemon',
  'libvirt-daemon-system',
  'libvirt-daemon-driver-qemu',
  'libvirt-daemon-config-network',
  'qemu-system-x86',
  'qemu-utils',
  'dnsmasq-base',
  'iptables',
  'iproute2',
];
const GUEST = [
  'busybox-static',
  'dropbear-bin',
  'qemu-guest-agent',
  'mtools',
  'dosfstools',
  'syslinux',
  'syslinux-common',
  'cpio',
  'zstd',
  'kmod',
];
const WINDOW = [
  'libgtk-3-0t64|libgtk-3-0',
  'libnss3',
  'libasound2t64|libasound2',
  'libgbm1',
  'libxss1',
  'libxtst6',
];
const TESTS = [
  'libvirt-clients',
  'openssh-server',
  'openssh-client',
  'socat',
  'xvfb',
  'procps',
  'util-linux',
  'perl-base',
  'xorriso',
];
/** Peers that `npm run bench` measures against. */
const BENCH = ['rsync', 'websockify', 'novnc'];
const POLICY = '/usr/sbin/policy-rc.d';

/** What a command needs beyond running the window: nothing, the tests' tools, or also the benchmarks' peers. */
const EXTRA = { start: [], test: TESTS, bench: [...TESTS, ...BENCH] };

/** @param {readonly string[]} names @returns {string[]} those that are not installed */
export function missing(names) {
  const all = names.flatMap((name) => name.split('|'));
  // dpkg-query fails when it does not know one of the names, and still answers for the others.
  const table = attempt('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...all]).stdout;
  const installed = new Set(
    table
      .split('\n')
      .filter((row) => row.endsWith(' installed'))
      .map((row) => row.split(' ')[0]),
  );
  return names.filter((name) => !name.split('|').some((one) => installed.has(one)));
}

function isDebian() {
  if (process.platform !== 'linux' || !onPath('apt-get')) return false;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release);
}

/** @param {string} name */
function known(name) {
  const names = name.split('|');
  return (
    names.find((one) => /^Package:/m.test(attempt('apt-cache', ['show', '--no-all-versions', one]).stdout)) ??
    null
  );
}

/** Keeps packages from starting services while they are installed. @template T @param {() => T} work */
function withoutServices(work) {
  if (existsSync(POLICY)) return work();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(POLICY);
  }
}

/** @param {readonly string[]} names */
function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  quiet('apt-get', [...options, 'update'], { env });
  const exact = names.map((name) => ({ name, here: known(name) }));
  for (const { name, here } of exact)
    if (here === null) note(`this distribution has no ${name}; going on without it`);
  const found = exact.flatMap(({ here }) => here ?? []);
  const sshdWasThere = existsSync('/usr/sbin/sshd');
  withoutServices(() =>
    quiet('apt-get', [...options, 'install', '-y', '--no-install-recommends', ...found], { env }),
  );
  // The tests need the program; nobody asked for a login service on this machine.
  if (!sshdWasThere && existsSync('/run/systemd/system'))
    attempt('systemctl', ['disable', 'ssh.service', 'ssh.socket']);
}

/** @param {readonly string[]} names */
function command(names) {
  const exact = names.map((name) => known(name) ?? name).join(' ');
  return `sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends ${exact} && usermod -aG libvirt ${process.env['USER'] ?? '$USER'}'`;
}

/**
 * The operating system's part of the set-up. @param {'start' | 'test' | 'bench'} purpose
 * @returns {Promise<boolean>} whether everything is there
 */
export async function ensurePackages(purpose) {
  if (!isDebian()) {
    const reason =
      process.platform === 'linux' ? 'this is not Debian or Ubuntu' : `this is ${process.platform}`;
    line(
      `▸ System packages: skipped, ${reason}. Hosts over SSH work all the same; for "This computer" install libvirt and QEMU.`,
    );
    return false;
  }
  const names = missing([...HOST, ...GUEST, ...WINDOW, ...EXTRA[purpose]]);
  if (names.length === 0) return true;
  if (process.getuid?.() !== 0) {
    line(`▸ System packages: ${names.length} are missing, and only root may install them. Run this once:`);
    note(command(names));
    note('Going on with what is there.');
    return false;
  }
  const why = { start: '', test: ', tools of the tests', bench: ', what the benchmarks compare with' }[
    purpose
  ];
  const what = `apt-get install ${names.join(' ')}`;
  await step(what, `libvirt and QEMU for the host on this computer, libraries for the window${why}`, () =>
    install(names),
  );
  return true;
}
