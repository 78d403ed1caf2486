import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LibvirtConnection } from '../../core/libvirt/connection.ts';
import { connect, STATS, STATS_FLAGS } from '../../core/libvirt/protocol/connect.ts';
import { domain, DOMAIN_STATE } from '../../core/libvirt/protocol/domain.ts';
import { DOMAIN_EVENT, events } from '../../core/libvirt/protocol/events.ts';
import {
  network,
  UPDATE_AFFECT,
  UPDATE_COMMAND,
  UPDATE_SECTION,
} from '../../core/libvirt/protocol/network.ts';
import { qemu } from '../../core/libvirt/protocol/qemu.ts';
import { paramMap } from '../../core/libvirt/protocol/types.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { emptyGuestXml, LibvirtWay } from './libvirt-way.ts';

const lab = Lab.attach(inject('lab'));
const host = lab.host(1);
let way: LibvirtWay;
beforeAll(async () => {
  way = await LibvirtWay.to(lab, host);
});
afterAll(() => way[Symbol.asyncDispose]());

describe('every account that may reach the socket', () => {
  it.each(['root', 'operator', 'stream'] as const)('%s is told who the host is', async (account) => {
    await using connection = await way.open({ account });
    expect(connection.identity).toMatchObject({ hostname: 'h1', driver: 'QEMU' });
    expect(connection.identity.features).toEqual({
      keepalive: true,
      eventCallback: true,
      networkUpdateOrder: true,
    });
    expect(await connection.hypervisorVersion()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('a guest', () => {
  const name = 'lvc-guest';
  let connection: LibvirtConnection;
  beforeEach(async () => {
    connection = await way.open();
  });
  afterEach(async () => {
    await connection.close();
    await host.sh(`virsh -q destroy ${name} 2>&1 || true; virsh -q undefine ${name} 2>&1 || true`);
  });

  it('is defined, started, looked at, paused and taken down, and libvirt tells each step', async () => {
    const seen: number[] = [];
    const lifecycle = connection.on(events.domainLifecycle, (message) => {
      if (message.domain.name === name) seen.push(message.event);
    });
    await lifecycle.ready;
    const { domain: defined } = await connection.call(domain.defineXmlFlags, {
      xml: emptyGuestXml(name),
      flags: 0,
    });
    expect(defined).toMatchObject({ name, id: -1 });
    const { domain: running } = await connection.call(domain.createWithFlags, { domain: defined, flags: 0 });
    expect(running.uuid).toBe(defined.uuid);
    expect(await connection.call(domain.getState, { domain: running, flags: 0 })).toMatchObject({
      state: DOMAIN_STATE.running,
    });
    expect(await connection.call(domain.getInfo, { domain: running })).toMatchObject({
      maxMemory: 64 * 1024,
      vcpus: 1,
    });
    const flags = STATS_FLAGS.nowait;
    const stats = await connection.call(connect.getAllDomainStats, {
      domains: [],
      stats: STATS.state,
      flags,
    });
    const mine = stats.records.find((record) => record.domain.uuid === running.uuid);
    expect(paramMap(mine?.params ?? []).get('state.state')).toBe(DOMAIN_STATE.running);
    await connection.call(domain.suspend, { domain: running });
    await connection.call(domain.resume, { domain: running });
    await connection.call(domain.destroyFlags, { domain: running, flags: 0 });
    await connection.call(domain.undefineFlags, { domain: running, flags: 0 });
    const { defined: d, started, suspended, resumed, stopped, undefined: u } = DOMAIN_EVENT;
    await until('the last event', () => (seen.includes(u) ? true : undefined));
    expect(seen.filter((event) => event !== DOMAIN_EVENT.shutdown)).toEqual([
      d,
      resumed,
      started,
      suspended,
      resumed,
      stopped,
      u,
    ]);
    await expect(connection.call(domain.lookupByName, { name })).rejects.toMatchObject({
      code: 'libvirt.not_found',
      details: { virCode: 42 },
    });
  });

  async function start() {
    const { domain: ref } = await connection.call(domain.defineXml, { xml: emptyGuestXml(name) });
    return (await connection.call(domain.createWithFlags, { domain: ref, flags: 0 })).domain;
  }

  it('has a console that ends with it, and a picture', async () => {
    const running = await start();
    const terminal = await connection.openStream(domain.openConsole, {
      domain: running,
      device: null,
      flags: 0,
    });
    terminal.stream.resume();
    const picture = await connection.openStream(domain.screenshot, { domain: running, screen: 0, flags: 0 });
    const chunks: Buffer[] = [];
    for await (const chunk of picture.stream) chunks.push(chunk as Buffer);
    expect(picture.result.mime).toMatch(/^image\//);
    expect(Buffer.concat(chunks).length).toBeGreaterThan(100);
    const closed = once(terminal.stream, 'close');
    await host.virsh('-q', 'destroy', name);
    await closed;
    expect(terminal.stream.errored).toBeNull();
  });

  it('says what cannot be done, each with a code', async () => {
    const running = await start();
    await expect(
      connection.call(domain.createWithFlags, { domain: running, flags: 0 }),
    ).rejects.toMatchObject({
      code: 'conflict',
    });
    const command = '{"execute":"guest-ping"}';
    await expect(
      connection.call(qemu.agentCommand, { domain: running, command, timeout: 1, flags: 0 }),
    ).rejects.toMatchObject({ code: 'libvirt.unsupported' });
    const unknown = { ...connect.getHostname, number: 4711 };
    await expect(connection.call(unknown, {})).rejects.toMatchObject({ code: 'libvirt.unsupported' });
    await expect(connection.call(domain.defineXml, { xml: '<domain' })).rejects.toMatchObject({
      code: 'libvirt.error',
    });
  });

  it('has its fixed address in the network, and loses it again', async () => {
    const { network: net } = await connection.call(network.lookupByName, { name: 'default' });
    const xml = "<host mac='52:54:00:aa:bb:cc' name='lvc' ip='192.168.122.77'/>";
    const flags = UPDATE_AFFECT.live | UPDATE_AFFECT.config;
    const { ipDhcpHost: section } = UPDATE_SECTION;
    const rest = { network: net, section, parentIndex: -1, xml, flags };
    const dump = async (): Promise<string> =>
      (await connection.call(network.getXmlDesc, { network: net, flags: 0 })).xml;
    const subnet = /<ip address='(\d+\.\d+\.\d+)\./.exec(await dump())?.[1] ?? '';
    const there = { ...rest, xml: xml.replace('192.168.122', subnet) };
    await connection.updateNetwork({ ...there, command: UPDATE_COMMAND.addLast });
    expect(await dump()).toContain('52:54:00:aa:bb:cc');
    await connection.updateNetwork({ ...there, command: UPDATE_COMMAND.delete });
    expect(await dump()).not.toContain('52:54:00:aa:bb:cc');
  });
});

describe('the connection', () => {
  it("speaks to libvirt's test driver in the same way", async () => {
    await using connection = await way.open({ uri: 'test:///default' });
    expect(connection.identity.driver).toBe('TEST');
    const { domains } = await connection.call(connect.listAllDomains, { needResults: 1, flags: 0 });
    expect(domains.map(({ name }) => name)).toEqual(['test']);
  });

  it('serves many calls at once, and one in another lane among them', async () => {
    await using connection = await way.open();
    let answered = 0;
    const crowd = Array.from({ length: 500 }, async () => {
      await connection.call(connect.getHostname, {}, { lane: 'crowd' });
      answered++;
    });
    await connection.call(connect.getHostname, {}, { lane: 'one' });
    expect(answered).toBeLessThan(500);
    await Promise.all(crowd);
  });

  it('hears at once that libvirtd went away', async () => {
    const connection = await way.open();
    const pending = connection.closed;
    await host.restartLibvirtd();
    expect(await pending).toMatchObject({ code: 'transport.closed' });
    await expect(connection.call(connect.getHostname, {})).rejects.toMatchObject({
      code: 'transport.closed',
    });
    await using again = await way.open();
    expect(again.identity.hostname).toBe('h1');
  });

  it('finds a dead wire out by itself', async () => {
    const connection = await way.open({ keepalive: 1000 });
    await host.cutLink();
    try {
      const asked = connection.call(connect.getHostname, {}, { deadline: 60_000 });
      await expect(asked).rejects.toMatchObject({ code: 'transport.timeout' });
      expect(await connection.closed).toMatchObject({ code: 'transport.timeout' });
    } finally {
      await host.restoreLink();
    }
  });
});
