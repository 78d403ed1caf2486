import { describe, expect, it } from 'vitest';
import type { Instance, PowerState, VmState } from '../contract/index.ts';
import { statusOf } from '../domain/instance-states.ts';
import { PLAIN } from '../../tests/fakes/data.ts';
import { difference } from './sync-rules.ts';

const AT = '2026-01-01T00:00:00.000Z';

function instance(vmState: VmState, powerState: PowerState, fault: Instance['fault'] = null): Instance {
  return {
    id: '00112233-4455-4677-8899-aabbccddeeff',
    name: 'web',
    hostname: 'web',
    vmState,
    taskState: null,
    powerState,
    status: statusOf(vmState, null),
    flavor: {
      id: '1',
      name: 'm1.nano',
      vcpus: 1,
      ram: 128,
      disk: 1,
      ephemeral: 0,
      swap: 0,
      isPublic: true,
      description: null,
      extraSpecs: {},
    },
    imageId: null,
    imageName: null,
    keyName: null,
    hostId: null,
    hostName: null,
    addresses: [],
    metadata: {},
    hasUserData: false,
    ...PLAIN,
    domainName: 'instance-1',
    fault,
    launchedAt: null,
    createdAt: AT,
    updatedAt: AT,
    seenAt: null,
    revision: 1,
  };
}

describe("the host's word", () => {
  it.each<[VmState, PowerState, PowerState, VmState]>([
    ['stopped', 'SHUTDOWN', 'RUNNING', 'active'],
    ['active', 'RUNNING', 'SHUTDOWN', 'stopped'],
    ['active', 'RUNNING', 'CRASHED', 'stopped'],
    ['active', 'RUNNING', 'PAUSED', 'paused'],
    ['active', 'RUNNING', 'SUSPENDED', 'suspended'],
    ['paused', 'PAUSED', 'RUNNING', 'active'],
    ['paused', 'PAUSED', 'SHUTDOWN', 'stopped'],
    ['suspended', 'SUSPENDED', 'RUNNING', 'active'],
    ['error', 'NOSTATE', 'RUNNING', 'error'],
    ['rescued', 'RUNNING', 'SHUTDOWN', 'rescued'],
    ['resized', 'RUNNING', 'SHUTDOWN', 'resized'],
    ['active', 'RUNNING', 'NOSTATE', 'active'],
  ])('%s, which was %s and is %s, becomes %s', (vmState, before, now, becomes) => {
    expect(difference(instance(vmState, before), now, AT)).toEqual({ vmState: becomes, powerState: now });
  });

  it.each<[VmState, VmState | null]>([
    ['active', 'suspended'],
    ['stopped', 'suspended'],
    ['paused', 'suspended'],
    ['suspended', null],
    ['rescued', 'rescued'],
    ['soft-delete', 'soft-delete'],
  ])('%s whose memory is kept becomes %s', (vmState, becomes) => {
    const before = instance(vmState, vmState === 'suspended' ? 'SHUTDOWN' : 'RUNNING');
    const change = becomes === null ? null : { vmState: becomes, powerState: 'SHUTDOWN' };
    expect(difference(before, 'SHUTDOWN', AT, true)).toEqual(change);
  });

  it('suspended whose kept memory was thrown away is off', () => {
    expect(difference(instance('suspended', 'SHUTDOWN'), 'SHUTDOWN', AT, false)).toEqual({
      vmState: 'stopped',
      powerState: 'SHUTDOWN',
    });
  });

  it.each<[VmState, PowerState]>([
    ['active', 'RUNNING'],
    ['stopped', 'SHUTDOWN'],
    ['paused', 'PAUSED'],
  ])('changes nothing on %s while it is %s', (vmState, power) => {
    expect(difference(instance(vmState, power), power, AT)).toBeNull();
  });

  it.each<VmState>(['active', 'stopped', 'paused', 'suspended'])(
    'finds %s without a domain in error',
    (state) => {
      const change = difference(instance(state, 'RUNNING'), null, AT);
      expect(change).toMatchObject({
        vmState: 'error',
        powerState: 'NOSTATE',
        fault: { at: AT, error: { message: 'The domain instance-1 is gone from the host.' } },
      });
    },
  );

  it.each<VmState>(['building', 'error', 'deleted', 'shelved_offloaded', 'soft-delete'])(
    'does not miss the domain of %s',
    (state) => {
      expect(difference(instance(state, 'NOSTATE'), null, AT)).toBeNull();
    },
  );

  it('takes an instance back whose domain is back', () => {
    const fault = difference(instance('active', 'RUNNING'), null, AT)?.fault ?? null;
    const lost = instance('error', 'NOSTATE', fault);
    expect(difference(lost, 'SHUTDOWN', AT)).toEqual({
      vmState: 'stopped',
      powerState: 'SHUTDOWN',
      fault: null,
    });
    expect(difference(lost, null, AT)).toBeNull();
  });
});
