import { describe, expect, test } from 'vitest';
import { flavor, host, image, instance } from '../../tests/fakes/data.ts';
import { sshCommand } from './ssh-command.ts';

const atlas = host('atlas', {
  address: {
    kind: 'ssh',
    address: 'atlas.lan',
    user: 'admin',
    port: 2222,
    identityFiles: [],
    jumps: [],
    useAgent: true,
    uri: 'qemu:///system',
  },
});
const local = host('here', { address: { kind: 'local', uri: 'qemu:///system' } });
const one = instance('web', flavor('f', 1, 128, 1), atlas, {
  addresses: [{ network: 'default', address: '192.168.122.9', mac: '52:54:00:00:00:01', version: 4 }],
});

describe('the command that logs in to a guest', () => {
  test('jumps over a remote host, whose network the guest is in', () => {
    expect(sshCommand(one, atlas, undefined)).toBe('ssh -J admin@atlas.lan:2222 root@192.168.122.9');
  });

  test('goes straight to a guest of this computer, as the user that the image names', () => {
    const debian = image('debian', { properties: { os_admin_user: 'debian' } });
    expect(sshCommand(one, local, debian)).toBe('ssh debian@192.168.122.9');
  });

  test('is not there before the guest has an address', () => {
    expect(sshCommand({ ...one, addresses: [] }, local, undefined)).toBeNull();
  });
});
