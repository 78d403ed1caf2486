import { randomUUID } from 'node:crypto';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SSHD_ACCOUNT_RULES, writeAccounts } from './accounts.ts';
import { run } from './run.ts';

/** Everything that is written once for a host; it survives a power cut, as a real machine's disk does. */
export interface HostSpec {
  readonly number: number;
  readonly name: string;
  /** on the lab's own switch, e.g. 10.77.0.1 */
  readonly address: string;
  readonly folder: string;
  /** where the lab's client key lies */
  readonly keys: string;
  readonly password: string;
  /** names of all hosts of the lab by address */
  readonly neighbours: ReadonlyMap<string, string>;
}

const DEFAULT_NETWORK = `<network><name>default</name><forward mode='nat'/><bridge name='virbr0' stp='on' delay='0'/>
<ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip>
</network>
`;

async function writeLibvirt(host: HostSpec): Promise<void> {
  const etc = join(host.folder, 'etc-libvirt');
  const networks = join(etc, 'qemu', 'networks');
  await mkdir(join(networks, 'autostart'), { recursive: true });
  await writeFile(join(networks, 'default.xml'), DEFAULT_NETWORK);
  await symlink('/etc/libvirt/qemu/networks/default.xml', join(networks, 'autostart', 'default.xml'));
  if (existsSync('/etc/libvirt/nwfilter')) {
    await cp('/etc/libvirt/nwfilter', join(etc, 'nwfilter'), { recursive: true });
  }
  await writeFile(
    join(etc, 'libvirtd.conf'),
    `host_uuid = "${randomUUID()}"\nunix_sock_group = "libvirt"\nunix_sock_rw_perms = "0770"\nauth_unix_rw = "none"\n`,
  );
  // The machine's AppArmor knows one libvirt only; profiles of several would overwrite each other.
  await writeFile(join(etc, 'qemu.conf'), `migration_host = "${host.address}"\nsecurity_driver = "none"\n`);
  for (const name of ['images', 'boot']) {
    await mkdir(join(host.folder, 'var-lib-libvirt', name), { recursive: true, mode: 0o711 });
  }
  for (const name of ['var-log-libvirt', 'var-cache-libvirt']) await mkdir(join(host.folder, name));
}

async function writeSshd(host: HostSpec): Promise<void> {
  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    const file = join(host.folder, `ssh_host_${type}_key`);
    const bits = type === 'rsa' ? ['-b', '2048'] : [];
    await run(['ssh-keygen', '-q', '-t', type, ...bits, '-N', '', '-C', host.name, '-f', file]);
  }
  await writeFile(
    join(host.folder, 'sshd_config'),
    `ListenAddress ${host.address}
ListenAddress 127.0.0.1
HostKey ${host.folder}/ssh_host_ed25519_key
HostKey ${host.folder}/ssh_host_ecdsa_key
HostKey ${host.folder}/ssh_host_rsa_key
PidFile /run/sshd.pid
UsePAM yes
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile ${host.keys}/authorized_keys
StrictModes no
UseDNS no
MaxSessions 100
MaxStartups 100:30:200
PermitUserEnvironment no
Subsystem sftp internal-sftp
LogLevel VERBOSE
${SSHD_ACCOUNT_RULES}`,
  );
}

/** @throws Error when a tool is missing; the folder must be new */
export async function writeHostFiles(host: HostSpec): Promise<void> {
  await mkdir(host.folder, { mode: 0o755 });
  await writeAccounts(host.folder, host.password);
  await writeLibvirt(host);
  await writeSshd(host);
  const names = [...host.neighbours].map(([address, name]) => `${address} ${name}`);
  await writeFile(join(host.folder, 'hosts'), `127.0.0.1 localhost\n${names.join('\n')}\n`);
  await writeFile(join(host.folder, 'hostname'), `${host.name}\n`);
  await writeFile(join(host.folder, 'machine-id'), `${randomUUID().replaceAll('-', '')}\n`);
}
