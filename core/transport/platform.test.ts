import { describe, expect, it } from 'vitest';
import {
  agentPath,
  controlAddress,
  dataFolder,
  type Environment,
  sessionSockets,
  sshFiles,
} from './platform.ts';

function on(platform: NodeJS.Platform, env: Record<string, string> = {}): Environment {
  const windows = platform === 'win32';
  return {
    platform,
    env,
    home: windows ? 'C:\\Users\\me' : '/home/me',
    username: 'me',
    uid: windows ? null : 1000,
    tmp: windows ? 'C:\\Temp' : '/tmp',
  };
}

describe('dataFolder', () => {
  it('is where each system keeps data of applications', () => {
    expect(dataFolder(on('linux'))).toBe('/home/me/.local/share/micronova');
    expect(dataFolder(on('linux', { XDG_DATA_HOME: '/data' }))).toBe('/data/micronova');
    expect(dataFolder(on('darwin'))).toBe('/home/me/Library/Application Support/Micronova');
    expect(dataFolder(on('win32'))).toBe('C:\\Users\\me\\AppData\\Local\\Micronova');
    expect(dataFolder(on('win32', { LOCALAPPDATA: 'D:\\L' }))).toBe('D:\\L\\Micronova');
  });

  it('is MICRONOVA_HOME where that is set', () => {
    expect(dataFolder(on('linux', { MICRONOVA_HOME: '/x/y/' }))).toBe('/x/y');
  });
});

function deep(last: string): string {
  return `/${'very-deep/'.repeat(12)}${last}`;
}

describe('controlAddress', () => {
  it('lies in the data folder', () => {
    expect(controlAddress('/x', on('linux'))).toEqual({ path: '/x/control.sock', folder: '/x' });
  });

  it('has a short name elsewhere when the folder is deep, another one for each folder', () => {
    const first = controlAddress(deep('a'), on('linux', { XDG_RUNTIME_DIR: '/run/user/1000' }));
    expect(first.folder).toBe('/run/user/1000/micronova-1000');
    expect(Buffer.byteLength(first.path)).toBeLessThan(104);
    const other = controlAddress(deep('b'), on('linux', { XDG_RUNTIME_DIR: '/run/user/1000' }));
    expect(other.path).not.toBe(first.path);
    expect(controlAddress(deep('a'), on('darwin')).folder).toBe('/tmp/micronova-1000');
  });

  it('counts bytes, not letters', () => {
    expect(controlAddress(`/${'é'.repeat(50)}`, on('linux')).path).toMatch(
      /^\/tmp\/micronova-1000\/[0-9a-f]{16}\.sock$/,
    );
  });

  it('is a pipe on Windows, the same for a folder written in any case', () => {
    const pipe = controlAddress('C:\\Data', on('win32'));
    expect(pipe).toEqual({
      path: expect.stringMatching(/^\\\\\.\\pipe\\micronova-[0-9a-f]{16}$/),
      folder: null,
    });
    expect(controlAddress('c:\\data', on('win32'))).toEqual(pipe);
  });
});

describe('agentPath', () => {
  it('is what is announced, else the pipe of Windows', () => {
    expect(agentPath(on('linux', { SSH_AUTH_SOCK: '/a' }))).toBe('/a');
    expect(agentPath(on('linux'))).toBeNull();
    expect(agentPath(on('win32'))).toBe('\\\\.\\pipe\\openssh-ssh-agent');
  });
});

describe('sshFiles', () => {
  it('follows the rules of the system', () => {
    expect(sshFiles(on('linux')).userConfig).toBe('/home/me/.ssh/config');
    expect(sshFiles(on('win32')).knownHosts).toContain('C:\\ProgramData\\ssh\\ssh_known_hosts');
    expect(sshFiles(on('win32')).identities[0]).toBe('C:\\Users\\me\\.ssh\\id_ed25519');
  });
});

describe('sessionSockets', () => {
  it('looks in the runtime folder first, then in the cache', () => {
    expect(sessionSockets({ runtime: '/run/user/5', uid: 5, home: '/h' })).toEqual([
      '/run/user/5/libvirt/libvirt-sock',
      '/run/user/5/libvirt/virtqemud-sock',
      '/h/.cache/libvirt/libvirt-sock',
      '/h/.cache/libvirt/virtqemud-sock',
    ]);
  });
});
