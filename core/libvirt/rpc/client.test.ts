import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LibvirtPeer, settle } from '../../../tests/fakes/libvirt-peer.ts';
import { silentLog } from '../../domain/log.ts';
import { connect } from '../protocol/connect.ts';
import { domain } from '../protocol/domain.ts';
import { KEEPALIVE_PROGRAM } from '../protocol/procedure.ts';
import { storageVolume } from '../protocol/storage.ts';
import { text } from '../protocol/types.ts';
import { nothing, struct } from '../protocol/xdr.ts';
import { MAX_CALLS, type CallOptions } from './calls.ts';
import { RpcClient } from './client.ts';
import { encodeFrame, STATUS, TYPE, type Frame } from './frame.ts';
import { UploadStream } from './upload-stream.ts';

const hostname = struct({ hostname: text });
const PING = 1;
const PONG = 2;

function isPing(frame: Frame): boolean {
  return frame.header.program === KEEPALIVE_PROGRAM && frame.header.procedure === PING;
}

function setUp() {
  const peer = new LibvirtPeer();
  const messages: number[] = [];
  const client = new RpcClient(peer.wire, {
    log: silentLog,
    onMessage: (_program, procedure) => messages.push(procedure),
  });
  const ask = (options: CallOptions = {}) => client.call(connect.getHostname, {}, options);
  return { peer, client, ask, messages };
}

/** Asks so often that the host has as much to do as it may. */
async function fill({ peer, ask }: ReturnType<typeof setUp>, options: CallOptions = {}) {
  const answers = Array.from({ length: MAX_CALLS }, () => ask(options));
  for (const answer of answers) answer.catch(() => undefined);
  await settle();
  return { calls: peer.frames.splice(0), answers };
}

describe('a call', () => {
  it('is answered, whatever the order of the answers', async () => {
    const { peer, ask } = setUp();
    const both = [ask(), ask()];
    const first = await peer.next();
    const second = await peer.next();
    peer.reply(second, hostname, { hostname: 'two' });
    peer.reply(first, hostname, { hostname: 'one' });
    expect(await Promise.all(both)).toEqual([{ hostname: 'one' }, { hostname: 'two' }]);
    expect(first.header).toMatchObject({ program: 0x2000_8086, procedure: 59, type: TYPE.call, status: 0 });
  });

  it("rejects with libvirt's error as one of ours", async () => {
    const { peer, client } = setUp();
    const answer = client.call(domain.lookupByName, { name: 'web1' }, {});
    peer.refuse(await peer.next(), 42, 'Domain not found');
    await expect(answer).rejects.toMatchObject({
      code: 'libvirt.not_found',
      message: 'Domain not found',
      details: { procedure: 'domain_lookup_by_name', virCode: 42 },
    });
  });

  it('rejects an answer that cannot be read, and the connection goes on', async () => {
    const { peer, ask } = setUp();
    const answer = ask();
    const call = await peer.next();
    peer.send({ ...call.header, type: TYPE.reply }, Buffer.from('ffffffff', 'hex'));
    await expect(answer).rejects.toMatchObject({ code: 'libvirt.protocol' });
    const again = ask();
    peer.reply(await peer.next(), hostname, { hostname: 'h' });
    await expect(again).resolves.toEqual({ hostname: 'h' });
  });

  it('waits while the host has enough to do', async () => {
    const set = setUp();
    const { calls } = await fill(set);
    const late = set.ask();
    await settle();
    expect(calls).toHaveLength(MAX_CALLS);
    expect(set.peer.frames).toHaveLength(0);
    set.peer.reply(calls[0]!, hostname, { hostname: 'first' });
    set.peer.reply(await set.peer.next(), hostname, { hostname: 'late' });
    await expect(late).resolves.toEqual({ hostname: 'late' });
  });

  it('does not wait behind a crowd in another lane', async () => {
    const set = setUp();
    const { calls } = await fill(set, { lane: 'bulk' });
    for (let i = 0; i < 50; i++) set.ask({ lane: 'bulk' }).catch(() => undefined);
    const click = set.client.call(connect.getType, {}, { lane: 'click' });
    set.peer.reply(calls[0]!, hostname, { hostname: '' });
    set.peer.reply(calls[1]!, hostname, { hostname: '' });
    const next = [await set.peer.next(), await set.peer.next()];
    const mine = next.find((frame) => frame.header.procedure === connect.getType.number);
    expect(mine).toBeDefined();
    set.peer.reply(mine!, struct({ type: text }), { type: 'QEMU' });
    await expect(click).resolves.toEqual({ type: 'QEMU' });
  });

  it('that is given up rejects at once, but keeps its place until the host has answered', async () => {
    const set = setUp();
    const abort = new AbortController();
    const { calls, answers } = await fill(set, { signal: abort.signal });
    abort.abort();
    await expect(answers[0]).rejects.toMatchObject({ code: 'cancelled' });
    const next = set.ask();
    await settle();
    expect(set.peer.frames).toHaveLength(0);
    set.peer.reply(calls[0]!, hostname, { hostname: 'nobody waits' });
    set.peer.reply(await set.peer.next(), hostname, { hostname: 'next' });
    await expect(next).resolves.toEqual({ hostname: 'next' });
  });

  it('that was cancelled in the queue is never sent', async () => {
    const set = setUp();
    const { calls } = await fill(set);
    const abort = new AbortController();
    const waiting = set.ask({ signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    set.peer.reply(calls[0]!, hostname, { hostname: '' });
    await settle();
    expect(set.peer.frames).toHaveLength(0);
  });

  it('is not sent under a signal that has fired', async () => {
    const { peer, ask } = setUp();
    await expect(ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(peer.frames).toHaveLength(0);
  });
});

describe('what breaks the protocol', () => {
  const call = { program: 0x2000_8086, procedure: 59, type: TYPE.reply, serial: 1, status: STATUS.ok };
  const versionTwo = encodeFrame(call, Buffer.alloc(0));
  versionTwo.writeUInt32BE(2, 8);

  it.each<[string, Buffer]>([
    ['an answer that nobody asked for', encodeFrame({ ...call, serial: 77 }, Buffer.alloc(0))],
    ['an answer of another procedure', encodeFrame({ ...call, procedure: 60 }, Buffer.alloc(0))],
    ['an answer that is neither yes nor no', encodeFrame({ ...call, status: 2 }, Buffer.alloc(0))],
    ['an unknown program', encodeFrame({ ...call, program: 1 }, Buffer.alloc(0))],
    ['another version', versionTwo],
    ['a call to us', encodeFrame({ ...call, type: TYPE.call }, Buffer.alloc(0))],
    ['a call with file descriptors', encodeFrame({ ...call, type: TYPE.callWithFds }, Buffer.alloc(0))],
    ['an answer with file descriptors', encodeFrame({ ...call, type: TYPE.replyWithFds }, Buffer.alloc(0))],
    ['an unknown type', encodeFrame({ ...call, type: 99 }, Buffer.alloc(0))],
    ['a short frame', Buffer.from('00000004', 'hex')],
    ['a giant frame', Buffer.from('ffffffff', 'hex')],
    ['no libvirt at all', Buffer.from('SSH-2.0-OpenSSH_9.2p1\r\n')],
  ])('%s ends the connection, and everybody hears why', async (_what, bytes) => {
    const { peer, client, ask } = setUp();
    const answer = ask();
    await peer.next();
    peer.raw(bytes);
    await expect(answer).rejects.toMatchObject({ code: 'libvirt.protocol' });
    await expect(client.closed).resolves.toMatchObject({ code: 'libvirt.protocol' });
    await expect(ask()).rejects.toMatchObject({ code: 'libvirt.protocol' });
    expect(peer.wire.destroyed).toBe(true);
  });

  it('is not a packet of a stream that is over', async () => {
    const { peer, ask } = setUp();
    peer.send({ ...call, type: TYPE.stream, serial: 400, status: STATUS.continue });
    const answer = ask();
    peer.reply(await peer.next(), hostname, { hostname: 'h' });
    await expect(answer).resolves.toEqual({ hostname: 'h' });
  });
});

describe('the end', () => {
  it('reaches every call when the link breaks', async () => {
    const set = setUp();
    const { answers } = await fill(set);
    const waiting = set.ask();
    set.peer.wire.destroy(new Error('ECONNRESET'));
    for (const answer of [...answers, waiting]) {
      await expect(answer).rejects.toMatchObject({ code: 'transport.closed' });
    }
    await expect(set.client.closed).resolves.toMatchObject({ code: 'transport.closed' });
  });

  it('is null when it was wanted', async () => {
    const { client, ask } = setUp();
    const answer = ask();
    client.close(null);
    await expect(answer).rejects.toMatchObject({ code: 'transport.closed' });
    await expect(client.closed).resolves.toBeNull();
  });
});

describe('keepalive and deadlines', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const pong = { program: KEEPALIVE_PROGRAM, procedure: PONG, type: TYPE.message, serial: 0, status: 0 };

  it('answers a ping', async () => {
    const { peer } = setUp();
    peer.send({ ...pong, procedure: PING });
    expect((await peer.next()).header).toEqual(pong);
  });

  it('pings into silence, and is content with any word', async () => {
    const { peer, client } = setUp();
    client.startKeepalive(10_000);
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(8000);
      expect(peer.frames.splice(0).filter(isPing)).not.toHaveLength(0);
      peer.send(pong);
      await settle();
    }
    expect(peer.wire.destroyed).toBe(false);
  });

  it.each([
    ['takes nothing', true],
    // Buffers on the way take a little without anybody hearing it.
    ['takes what we say and stays silent', false],
  ])('gives a link up that %s', async (_what, blocked) => {
    const { peer, client, ask } = setUp();
    client.startKeepalive(10_000);
    peer.wire.blocked = blocked;
    const answer = ask({ deadline: 60_000 });
    answer.catch(() => undefined);
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(2000);
      await settle();
    }
    // The link's fault, not that of the call: whoever asked may ask again on a fresh one.
    await expect(answer).rejects.toMatchObject({ code: 'transport.timeout' });
    await expect(client.closed).resolves.toMatchObject({ code: 'transport.timeout' });
  });

  it('takes an upload that gets on as a sign of life', async () => {
    const { peer, client } = setUp();
    client.startKeepalive(10_000);
    const upload = new UploadStream();
    const range = { volume: { pool: 'p', name: 'v', key: 'k' }, offset: 0, length: 0, flags: 0 };
    const opened = client.openStream(storageVolume.upload, range, upload, {});
    peer.reply(await peer.next(), nothing, undefined);
    await opened;
    peer.wire.blocked = true;
    const sending = upload.write(Buffer.alloc(20 * 1024 * 1024));
    sending.catch(() => undefined);
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(4000);
      peer.wire.unblock();
      peer.wire.blocked = true;
      await settle();
    }
    expect(peer.wire.destroyed).toBe(false);
    client.close(null);
  });

  it('lets a call fail alone when its time is up', async () => {
    const { peer, ask } = setUp();
    const slow = ask({ deadline: 500 });
    slow.catch(() => undefined);
    const call = await peer.next();
    vi.advanceTimersByTime(500);
    await expect(slow).rejects.toMatchObject({ code: 'libvirt.timeout' });
    peer.reply(call, hostname, { hostname: 'too late' });
    const next = ask();
    peer.reply(await peer.next(), hostname, { hostname: 'h' });
    await expect(next).resolves.toEqual({ hostname: 'h' });
  });

  it('gives the connection up when the host answers nothing any more', async () => {
    const set = setUp();
    await fill(set, { deadline: 500 });
    vi.advanceTimersByTime(500);
    const starved = set.ask({ deadline: 500 });
    starved.catch(() => undefined);
    vi.advanceTimersByTime(500);
    await expect(starved).rejects.toMatchObject({ code: 'libvirt.timeout' });
    await expect(set.client.closed).resolves.toMatchObject({ code: 'libvirt.timeout' });
  });
});
