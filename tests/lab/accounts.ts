import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/**
 * The accounts of every lab host, beside root. They exist only in the host's own copies of passwd, group and shadow.
 * - operator: an ordinary administrator in group libvirt; also has a password
 * - stream: in group libvirt, no shell, forced /bin/false, may only forward (OpenSSH denies UNIX sockets too where
 *   TCP is off or PermitOpen is set: open_match in channels.c)
 * - outsider: a shell, but not in group libvirt
 * - noforward: in group libvirt, but sshd forwards nothing for it
 */
export const ACCOUNTS = ['operator', 'stream', 'outsider', 'noforward'] as const;
export type Account = 'root' | (typeof ACCOUNTS)[number];

const FIRST_UID = 47_001;
const SHELL: Record<(typeof ACCOUNTS)[number], string> = {
  operator: '/bin/bash',
  stream: '/bin/false',
  outsider: '/bin/bash',
  noforward: '/bin/bash',
};

/** Home folders lie on the host's own /run, so that nothing of them reaches the machine. */
export const HOMES = '/run/home';

async function withoutOurs(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.filter((line) => !(ACCOUNTS as readonly string[]).includes(line.split(':')[0] ?? ''));
}

async function hash(password: string): Promise<string> {
  // perl is part of every Debian, and its crypt knows what PAM reads.
  const program = 'chomp(my $p = <STDIN>); print crypt($p, q($6$micronova$))';
  return (await run(['perl', '-e', program], { input: `${password}\n` })).stdout;
}

/** Writes passwd, group, shadow and the PAM service file of a host into `folder`. */
export async function writeAccounts(folder: string, password: string): Promise<void> {
  const passwd = (await withoutOurs('/etc/passwd')).map((line) =>
    line.startsWith('root:') ? `root:x:0:0:root:${HOMES}/root:/bin/bash` : line,
  );
  const group = (await withoutOurs('/etc/group')).map((line) =>
    line.startsWith('libvirt:') ? line.replace(/[^:]*$/, 'operator,stream,noforward') : line,
  );
  const shadow = await withoutOurs('/etc/shadow');
  for (const [index, name] of ACCOUNTS.entries()) {
    const id = FIRST_UID + index;
    passwd.push(`${name}:x:${id}:${id}:lab account:${HOMES}/${name}:${SHELL[name]}`);
    group.push(`${name}:x:${id}:`);
    shadow.push(`${name}:${name === 'operator' ? await hash(password) : '*'}:19000:0:99999:7:::`);
  }
  await mkdir(join(folder, 'pam'), { recursive: true });
  await writeFile(join(folder, 'passwd'), `${passwd.join('\n')}\n`);
  await writeFile(join(folder, 'group'), `${group.join('\n')}\n`);
  await copyFile('/etc/shadow', join(folder, 'shadow'));
  await writeFile(join(folder, 'shadow'), `${shadow.join('\n')}\n`, { mode: 0o640 });
  await writeFile(
    join(folder, 'pam', 'sshd'),
    ['auth required pam_unix.so', 'account required pam_unix.so', 'session required pam_permit.so', ''].join(
      '\n',
    ),
  );
}

/** What sshd lets each account do. */
export const SSHD_ACCOUNT_RULES = `
Match User stream
  ForceCommand /bin/false
  PermitTTY no
  AllowTcpForwarding local
  AllowStreamLocalForwarding local
  AllowAgentForwarding no
  X11Forwarding no
Match User noforward
  DisableForwarding yes
Match User operator
  PasswordAuthentication yes
  KbdInteractiveAuthentication yes
`;
