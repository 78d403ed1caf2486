import { expect, it } from 'vitest';
import { Diagnostics } from '../../contract/index.ts';
import { diagnosticsOf } from './diagnostics.ts';

it('reads the figures of a running guest', () => {
  const params = new Map<string, number | bigint | string>([
    ['state.state', 1],
    ['balloon.maximum', 131_072n],
    ['balloon.rss', 90_000n],
    ['balloon.available', 100_000n],
    ['balloon.unused', 60_000n],
    ['vcpu.current', 2],
    ['vcpu.maximum', 3],
    ['vcpu.0.time', 5_000n],
    ['vcpu.2.time', 7_000n],
    ['net.count', 1],
    ['net.0.name', 'vnet3'],
    ['net.0.rx.bytes', 10n],
    ['net.0.rx.errs', 1n],
    ['net.0.tx.pkts', 4n],
    ['block.count', 2],
    ['block.0.name', 'vda'],
    ['block.0.rd.reqs', 1n],
    ['block.0.rd.bytes', 512n],
    ['block.0.capacity', 1_073_741_824n],
    ['block.1.name', 'hda'],
  ]);
  const figures = diagnosticsOf(params, [{ target: 'vnet3', mac: '52:54:00:00:00:01' }]);
  expect(Diagnostics.parse(figures)).toEqual({
    powerState: 'RUNNING',
    uptime: null,
    cpus: [
      { id: 0, time: 5000 },
      { id: 2, time: 7000 },
    ],
    memory: { maximum: 131_072 * 1024, used: 40_000 * 1024, resident: 90_000 * 1024 },
    disks: [
      {
        device: 'vda',
        readBytes: 512,
        readRequests: 1,
        writeBytes: 0,
        writeRequests: 0,
        capacity: 1_073_741_824,
        allocation: null,
      },
      {
        device: 'hda',
        readBytes: 0,
        readRequests: 0,
        writeBytes: 0,
        writeRequests: 0,
        capacity: null,
        allocation: null,
      },
    ],
    nics: [
      {
        device: 'vnet3',
        mac: '52:54:00:00:00:01',
        rxBytes: 10,
        rxPackets: 0,
        rxErrors: 1,
        txBytes: 0,
        txPackets: 4,
        txErrors: 0,
      },
    ],
  });
});

it('makes no figures up where the host has none', () => {
  expect(Diagnostics.parse(diagnosticsOf(new Map([['state.state', 5]])))).toEqual({
    powerState: 'SHUTDOWN',
    uptime: null,
    cpus: [],
    memory: { maximum: 0, used: null, resident: null },
    disks: [],
    nics: [],
  });
});
