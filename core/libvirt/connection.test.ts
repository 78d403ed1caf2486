import { describe, expect, it } from 'vitest';
import { LibvirtPeer, settle } from '../../tests/fakes/libvirt-peer.ts';
import { LibvirtConnection, type ConnectionOptions } from './connection.ts';
import { VIR_ERR } from './errors.ts';
import { AUTH, connect, FEATURE } from './protocol/connect.ts';
import { domain } from './protocol/domain.ts';
import { events } from './protocol/events.ts';
import { network, UPDATE_COMMAND, UPDATE_SECTION } from './protocol/network.ts';
import { decode, nothing } from './protocol/xdr.ts';
import type { Frame } from './rpc/frame.ts';

const ref = { name: 'web1', uuid: '00112233-4455-6677-8899-aabbccddeeff', id: 1 };

interface Host {
  readonly auth?: readonly number[];
  readonly polkit?: 'yes' | 'no' | 'not at all';
  readonly features?: readonly number[];
  /** answers SUPPORTS_FEATURE with an error */
  readonly mute?: boolean;
}

/** Answers what the opening asks; gives back what it does not know. */
function answer(peer: LibvirtPeer, call: Frame, host: Host): boolean {
  const { features = [FEATURE.keepalive, FEATURE.eventCallback, FEATURE.networkUpdateOrder] } = host;
  switch (call.header.procedure) {
    case connect.authList.number:
      peer.reply(call, connect.authList.ret, { types: [...(host.auth ?? [AUTH.none])] });
      return true;
    case connect.authPolkit.number:
      if (host.polkit === 'not at all') peer.refuse(call, 94, 'no agent is available to authenticate');
      else peer.reply(call, connect.authPolkit.ret, { complete: host.polkit !== 'no' });
      return true;
    case connect.open.number:
      peer.reply(call, nothing, undefined);
      return true;
    case connect.getHostname.number:
      peer.reply(call, connect.getHostname.ret, { hostname: 'h1' });
      return true;
    case connect.getType.number:
      peer.reply(call, connect.getType.ret, { type: 'QEMU' });
      return true;
    case connect.getLibVersion.number:
      peer.reply(call, connect.getLibVersion.ret, { version: 9_000_012 });
      return true;
    case connect.supportsFeature.number: {
      const { feature } = decode(connect.supportsFeature.args, call.payload);
      if (host.mute) peer.refuse(call, VIR_ERR.rpc, 'unknown procedure: 60');
      else peer.reply(call, connect.supportsFeature.ret, { supported: features.includes(feature) });
      return true;
    }
    default:
      return false;
  }
}

async function open(host: Host = {}, options: ConnectionOptions = {}) {
  const peer = new LibvirtPeer();
  const asked: Frame[] = [];
  const opening = LibvirtConnection.open(peer.wire, 'qemu:///system', options);
  const done = opening.then(
    () => true,
    () => true,
  );
  for (let over = false; !over;) {
    over = await Promise.race([done, settle().then(() => false)]);
    for (const call of peer.frames.splice(0)) {
      asked.push(call);
      answer(peer, call, host);
    }
  }
  return { peer, opening, asked };
}

describe('opening', () => {
  it('says who answered, in which version', async () => {
    const { opening } = await open();
    expect((await opening).identity).toEqual({
      hostname: 'h1',
      driver: 'QEMU',
      libvirtVersion: '9.0.12',
      features: { keepalive: true, eventCallback: true, networkUpdateOrder: true },
    });
  });

  it('goes through polkit where the host wants it', async () => {
    const { opening, asked } = await open({ auth: [AUTH.polkit] });
    await opening;
    const order = asked.slice(0, 3).map((call) => call.header.procedure);
    expect(order).toEqual([connect.authList.number, connect.authPolkit.number, connect.open.number]);
  });

  it.each<[string, Host]>([
    ['SASL alone', { auth: [AUTH.sasl] }],
    ['a polkit that says no', { auth: [AUTH.polkit], polkit: 'no' }],
    ['a polkit that cannot ask', { auth: [AUTH.polkit], polkit: 'not at all' }],
  ])('is refused by %s, and the way is closed', async (_what, host) => {
    const { peer, opening } = await open(host);
    await expect(opening).rejects.toMatchObject({ code: 'libvirt.auth' });
    expect(peer.wire.destroyed).toBe(true);
  });

  it('takes a host that does not know the question as one without the feature', async () => {
    const { opening } = await open({ mute: true });
    const connection = await opening;
    expect(connection.identity.features).toEqual({
      keepalive: false,
      eventCallback: false,
      networkUpdateOrder: false,
    });
    expect(() => connection.on(events.domainLifecycle, () => undefined)).toThrow(
      expect.objectContaining({ code: 'libvirt.unsupported' }),
    );
  });

  it('is given up on abort', async () => {
    const peer = new LibvirtPeer();
    const abort = new AbortController();
    const opening = LibvirtConnection.open(peer.wire, 'qemu:///system', { signal: abort.signal });
    await peer.next();
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
    expect(peer.wire.destroyed).toBe(true);
  });

  it('has a deadline', async () => {
    const peer = new LibvirtPeer();
    const opening = LibvirtConnection.open(peer.wire, 'qemu:///system', { deadline: 1 });
    await expect(opening).rejects.toMatchObject({ code: 'libvirt.timeout' });
  });
});

describe('events', () => {
  const started = { callbackId: 7, domain: ref, event: 2, detail: 0 };

  async function subscribe() {
    const { peer, opening } = await open();
    const connection = await opening;
    const heard: number[] = [];
    const one = connection.on(events.domainLifecycle, (message) => heard.push(message.event));
    const two = connection.on(events.domainLifecycle, (message) => heard.push(message.event * 10));
    const call = await peer.next();
    expect(decode(events.domainLifecycle.register.args, call.payload)).toEqual({ eventId: 0, only: null });
    peer.reply(call, events.domainLifecycle.register.ret, { callbackId: 7 });
    await Promise.all([one.ready, two.ready]);
    const tell = (): void => {
      const { register, number, message } = events.domainLifecycle;
      peer.event({ program: register.program, number }, message, started);
    };
    return { peer, connection, heard, one, two, tell };
  }

  it('are asked for once, told to everybody, and ended with the last', async () => {
    const { peer, heard, one, two, tell } = await subscribe();
    tell();
    await settle();
    expect(heard).toEqual([2, 20]);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    await settle();
    expect(peer.frames).toEqual([]);
    two[Symbol.dispose]();
    const call = await peer.next();
    expect(call.header.procedure).toBe(events.domainLifecycle.deregister.number);
    expect(decode(events.domainLifecycle.deregister.args, call.payload)).toEqual({ callbackId: 7 });
    tell();
    await settle();
    expect(heard).toEqual([2, 20]);
  });

  it('go on when one listener fails', async () => {
    const { connection, heard, tell } = await subscribe();
    connection.on(events.domainLifecycle, () => {
      throw new Error('a bug');
    });
    tell();
    tell();
    await settle();
    expect(heard).toEqual([2, 20, 2, 20]);
  });

  it('that cannot be read end the connection: something was missed', async () => {
    const { peer, connection } = await subscribe();
    const { register, number } = events.domainLifecycle;
    peer.event({ program: register.program, number }, nothing, undefined);
    await expect(connection.closed).resolves.toMatchObject({ code: 'libvirt.protocol' });
  });

  it('that the host does not know say so', async () => {
    const { peer, opening } = await open();
    const connection = await opening;
    const { ready } = connection.on(events.poolRefresh, () => undefined);
    peer.refuse(await peer.next(), VIR_ERR.noSupport, 'this function is not supported');
    await expect(ready).rejects.toMatchObject({ code: 'libvirt.unsupported' });
  });
});

describe('a network update', () => {
  const update = {
    network: { name: 'default', uuid: ref.uuid },
    command: UPDATE_COMMAND.addLast,
    section: UPDATE_SECTION.ipDhcpHost,
    parentIndex: -1,
    xml: '<host/>',
    flags: 3,
  };

  it.each([
    ['as documented', [FEATURE.networkUpdateOrder], [3, 4]],
    ['the other way round on old hosts', [], [4, 3]],
  ])('is sent %s', async (_what, features, [command, section]) => {
    const { peer, opening } = await open({ features });
    const done = (await opening).updateNetwork(update);
    const call = await peer.next();
    expect(decode(network.update.args, call.payload)).toEqual({ ...update, command, section });
    peer.reply(call, nothing, undefined);
    await expect(done).resolves.toBeUndefined();
  });
});

describe('closing', () => {
  it('says goodbye, and then refuses everything', async () => {
    const { peer, opening } = await open();
    const connection = await opening;
    const closing = connection.close();
    const bye = await peer.next();
    expect(bye.header.procedure).toBe(connect.close.number);
    peer.reply(bye, nothing, undefined);
    await closing;
    await expect(connection.closed).resolves.toBeNull();
    await expect(connection.call(domain.lookupByName, { name: 'x' })).rejects.toMatchObject({
      code: 'transport.closed',
    });
  });
});
