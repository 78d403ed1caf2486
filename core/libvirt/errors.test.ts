import { describe, expect, it } from 'vitest';
import { failure } from '../../tests/fakes/libvirt-peer.ts';
import { decodeRemoteError, isVirError, VIR_ERR } from './errors.ts';

describe("libvirt's errors", () => {
  it.each([
    [42, 'Domain not found', 0, 'libvirt.not_found'],
    [50, 'Storage volume not found', 0, 'libvirt.not_found'],
    [55, 'domain is not running', 0, 'conflict'],
    [90, 'storage volume already exists', 0, 'conflict'],
    [38, 'cannot write to stream: Kein Speicherplatz', 28, 'host.disk_full'],
    [38, 'cannot fill file', 122, 'host.disk_full'],
    [1, 'qemu-img: error: No space left on device', 0, 'host.disk_full'],
    [38, 'Cannot read: Input/output error', 5, 'libvirt.error'],
    [3, 'this function is not supported by the connection driver', 0, 'libvirt.unsupported'],
    [39, 'unknown procedure: 999', 0, 'libvirt.unsupported'],
    [39, 'Cannot find program', 0, 'libvirt.error'],
    [29, 'operation virDomainCreate forbidden', 0, 'libvirt.auth'],
    [88, 'access denied', 0, 'libvirt.auth'],
    [68, 'Timed out during operation: cannot acquire state change lock', 0, 'libvirt.timeout'],
    [4711, 'from the future', 0, 'libvirt.error'],
  ])('%i "%s" with errno %i becomes %s', (code, message, errno, expected) => {
    const error = decodeRemoteError(failure(code, message, errno), 'domain_create');
    expect(error).toMatchObject({ code: expected, message, details: { virCode: code } });
  });

  it('can still be told apart by number', () => {
    const error = decodeRemoteError(failure(VIR_ERR.agentUnresponsive, 'agent is not connected'), 'x');
    expect(isVirError(error, VIR_ERR.agentUnresponsive)).toBe(true);
    expect(isVirError(error, VIR_ERR.noDomain)).toBe(false);
    expect(isVirError(new Error('x'), VIR_ERR.noDomain)).toBe(false);
  });
});
