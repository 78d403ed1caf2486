import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, inject, it } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { run, type RunResult } from '../lab/run.ts';

const lab = Lab.attach(inject('lab'));
const host = lab.host(1);

function ssh(account: string, ...more: string[]): Promise<RunResult> {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'BatchMode=yes',
    'IdentitiesOnly=yes',
  ];
  const flags = options.flatMap((option) => ['-o', option]);
  const target = ['-p', String(host.port), '-i', lab.key, ...more.slice(0, -1), `${account}@127.0.0.1`];
  return run(['ssh', '-F', 'none', ...flags, ...target, more.at(-1) ?? 'true'], { allowFailure: true });
}

describe('the lab', () => {
  it('gives each host a libvirt of its own, a network and nothing else', async () => {
    const ids = await Promise.all(lab.hosts.map((one) => one.virsh('capabilities')));
    const uuids = ids.map((xml) => /<uuid>([^<]+)/.exec(xml)?.[1]);
    expect(new Set(uuids).size).toBe(lab.hosts.length);
    const inventory = await host.inventory();
    expect(inventory.networks).toEqual(['default']);
    expect(await host.virsh('net-info', 'default')).toMatch(/Active:\s+yes/);
    expect(inventory.guests).toEqual([]);
  });

  it('lets the hosts reach each other', async () => {
    const answer = await host.sh('ssh root@h2 hostname');
    expect(answer.trim()).toBe('h2');
  });

  it('lets root and operator run commands, and stream none', async () => {
    expect((await ssh('root', 'hostname')).stdout.trim()).toBe('h1');
    expect((await ssh('operator', 'virsh -c qemu:///system uri')).stdout.trim()).toBe('qemu:///system');
    const refused = await ssh('stream', 'hostname');
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toBe('');
    expect((await ssh('outsider', 'virsh -c qemu:///system uri')).code).not.toBe(0);
  });

  it('keeps its accounts to itself', async () => {
    expect((await run(['getent', 'passwd', 'stream'], { allowFailure: true })).code).not.toBe(0);
  });

  it('restarts libvirtd', async () => {
    const before = await host.sh('cat /run/libvirtd.pid');
    await host.restartLibvirtd();
    expect(await host.sh('cat /run/libvirtd.pid')).not.toBe(before);
    await host.virsh('list');
  });

  it('cuts the wire without closing, and mends it', async () => {
    const socket = connect(host.port, '127.0.0.1');
    const [banner] = (await once(socket, 'data')) as [Buffer];
    expect(banner.toString()).toMatch(/^SSH-2\.0/);
    await host.cutLink();
    const heard = { bytes: 0 };
    socket.on('data', (chunk: Buffer) => (heard.bytes += chunk.length));
    socket.write('SSH-2.0-test\r\n');
    // Only a wait can show that nothing comes; the assertion below does not depend on its length.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard.bytes).toBe(0);
    expect(socket.readyState).toBe('open');
    await host.restoreLink();
    await once(socket, 'data');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await host.closeLink();
    await closed;
  });

  it('cuts the wire after a number of bytes', async () => {
    await host.closeLink(10);
    const socket = connect(host.port, '127.0.0.1');
    const failure = new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(error.message));
      socket.on('close', () => resolve('closed'));
    });
    expect(await failure).toMatch(/ECONNRESET|closed/);
    expect((await ssh('root', 'hostname')).stdout.trim()).toBe('h1');
  });

  it('loses what runs in a power cut and keeps what is defined', async () => {
    const second = lab.host(2);
    const xml = `<domain type='qemu'><name>lab-power</name><memory unit='MiB'>32</memory>
      <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>`;
    await second.writeFile('/run/lab-power.xml', xml);
    await second.virsh('define', '/run/lab-power.xml');
    await second.virsh('start', 'lab-power');
    expect((await second.inventory()).guests).toEqual(['lab-power']);
    await second.powerCut();
    await expect(second.virsh('list')).rejects.toThrow('switched off');
    await second.powerOn();
    const after = await second.inventory();
    expect(after.domains).toEqual(['lab-power']);
    expect(after.guests).toEqual([]);
    await second.virsh('undefine', 'lab-power');
  });

  it('has pools that are really full', async () => {
    await host.smallPool('lab-small', 8);
    await host.fillDisk('lab-small', 64);
    const folder = '/var/lib/libvirt/lab-small';
    await expect(host.sh(`head -c 1M /dev/zero > ${folder}/x`)).rejects.toThrow('No space left');
    await host.freeDisk('lab-small');
    await host.sh(`head -c 1M /dev/zero > ${folder}/x`);
    await host.removeSmallPool('lab-small');
  });

  it('leaves nothing behind, and stands beside another', async () => {
    const other = await Lab.up({ hosts: 1 });
    expect(other.host(1).port).not.toBe(host.port);
    await other.down();
    expect(existsSync(other.info.folder)).toBe(false);
    expect(() => process.kill(other.info.keeper, 0)).toThrow('ESRCH');
    await host.virsh('list');
  });
});
