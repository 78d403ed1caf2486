import { createHash } from 'node:crypto';
import { homedir, tmpdir, userInfo } from 'node:os';
import { posix, win32 } from 'node:path';

/** Everything that this computer's operating system and user decide. A value, so that each system's rules can be tested on any. */
export interface Environment {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly username: string;
  /** null on Windows */
  readonly uid: number | null;
  readonly tmp: string;
}

function currentUser(): { username: string; uid: number } {
  try {
    return userInfo();
  } catch {
    // A container's user may have no entry in the password file.
    const name = process.env['USER'] ?? process.env['USERNAME'] ?? '';
    return { username: name, uid: process.getuid?.() ?? -1 };
  }
}

export function currentEnvironment(): Environment {
  const user = currentUser();
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    username: user.username,
    uid: user.uid < 0 ? null : user.uid,
    tmp: tmpdir(),
  };
}

export function pathRules(environment: Environment): typeof posix {
  return environment.platform === 'win32' ? win32 : posix;
}

/** The data folder: `MICRONOVA_HOME`, else where each system keeps an application's own data. Not roaming: it holds images. */
export function dataFolder(environment: Environment = currentEnvironment()): string {
  const { env, home, platform } = environment;
  const path = pathRules(environment);
  if (env['MICRONOVA_HOME']) return path.resolve(env['MICRONOVA_HOME']);
  if (platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'Micronova');
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Micronova');
  const share = env['XDG_DATA_HOME'];
  return path.join(share?.startsWith('/') ? share : path.join(home, '.local', 'share'), 'micronova');
}

// sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included.
const LONGEST_SOCKET_PATH = 103;

export interface ControlAddress {
  /** what `net.listen` and `net.connect` take */
  readonly path: string;
  /** a folder that must be made first, with mode 0700 and the caller as its owner; null for a named pipe */
  readonly folder: string | null;
}

/** Where whoever owns the data folder listens for the command line: a UNIX socket in it, or a named pipe on Windows. */
export function controlAddress(
  dataHome: string,
  environment: Environment = currentEnvironment(),
): ControlAddress {
  const path = pathRules(environment);
  const full = path.resolve(dataHome);
  if (environment.platform === 'win32') {
    // Windows paths name the same folder in any case, pipes do not know the user.
    const name = shortHash(`${environment.username}\n${full.toLowerCase()}`);
    return { path: `\\\\.\\pipe\\micronova-${name}`, folder: null };
  }
  const direct = path.join(full, 'control.sock');
  if (Buffer.byteLength(direct) <= LONGEST_SOCKET_PATH) return { path: direct, folder: full };
  const runtime = environment.env['XDG_RUNTIME_DIR'] ?? environment.tmp;
  const folder = path.join(runtime, `micronova-${environment.uid ?? environment.username}`);
  return { path: path.join(folder, `${shortHash(full)}.sock`), folder };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The SSH agent's socket or pipe; null where none is announced. */
export function agentPath(environment: Environment = currentEnvironment()): string | null {
  const announced = environment.env['SSH_AUTH_SOCK'];
  if (announced) return announced;
  return environment.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null;
}

export interface SshFiles {
  /** `~/.ssh` */
  readonly folder: string;
  readonly userConfig: string;
  readonly systemConfig: string;
  /** in the order in which they are read */
  readonly knownHosts: readonly string[];
  /** tried when neither the host's address nor the configuration names a key */
  readonly identities: readonly string[];
}

/** OpenSSH's own files, as ssh_config(5) and Windows' port of it place them. */
export function sshFiles(environment: Environment = currentEnvironment()): SshFiles {
  const path = pathRules(environment);
  const folder = path.join(environment.home, '.ssh');
  const system =
    environment.platform === 'win32'
      ? path.join(environment.env['ProgramData'] ?? 'C:\\ProgramData', 'ssh')
      : '/etc/ssh';
  return {
    folder,
    userConfig: path.join(folder, 'config'),
    systemConfig: path.join(system, 'ssh_config'),
    knownHosts: [
      path.join(folder, 'known_hosts'),
      path.join(folder, 'known_hosts2'),
      path.join(system, 'ssh_known_hosts'),
      path.join(system, 'ssh_known_hosts2'),
    ],
    identities: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => path.join(folder, name)),
  };
}

/** Where libvirt's system socket is: the monolithic daemon's (or the proxy's), then the modular QEMU daemon's. */
export const SYSTEM_SOCKETS: readonly string[] = [
  '/run/libvirt/libvirt-sock',
  '/var/run/libvirt/libvirt-sock',
  '/run/libvirt/virtqemud-sock',
  '/var/run/libvirt/virtqemud-sock',
];

/**
 * Where libvirt's session socket of one user may be. A UNIX host's paths, so always with slashes.
 * @param runtime the user's XDG_RUNTIME_DIR, where it is known
 */
export function sessionSockets(user: { runtime?: string; uid?: number; home: string }): string[] {
  const folders = [
    ...(user.runtime === undefined ? [] : [`${user.runtime}/libvirt`]),
    ...(user.uid === undefined ? [] : [`/run/user/${user.uid}/libvirt`]),
    // libvirt falls back to the cache folder where there is no runtime folder (virGetUserRuntimeDirectory).
    `${user.home}/.cache/libvirt`,
  ];
  return [...new Set(folders)].flatMap((folder) => [`${folder}/libvirt-sock`, `${folder}/virtqemud-sock`]);
}
