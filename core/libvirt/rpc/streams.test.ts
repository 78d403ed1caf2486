import { describe, expect, it } from 'vitest';
import { failure, LibvirtPeer, settle } from '../../../tests/fakes/libvirt-peer.ts';
import { silentLog } from '../../domain/log.ts';
import { connect } from '../protocol/connect.ts';
import { domain } from '../protocol/domain.ts';
import { SPARSE_STREAM, storageVolume } from '../protocol/storage.ts';
import { decode, encode, hyper, nothing, struct, uint } from '../protocol/xdr.ts';
import { ByteStream } from './byte-stream.ts';
import { RpcClient } from './client.ts';
import { DownloadStream } from './download-stream.ts';
import { STATUS, STREAM_PACKET_MAX, TYPE, type Frame } from './frame.ts';
import { UploadStream } from './upload-stream.ts';

const ref = { name: 'web1', uuid: '00112233-4455-6677-8899-aabbccddeeff', id: 1 };
const consoleArgs = { domain: ref, device: null, flags: 0 };
const range = { volume: { pool: 'p', name: 'v', key: 'k' }, offset: 0, length: 0, flags: SPARSE_STREAM };
const hole = struct({ length: hyper, flags: uint });

function setUp() {
  const peer = new LibvirtPeer();
  const client = new RpcClient(peer.wire, { log: silentLog, onMessage: () => undefined });
  return { peer, client };
}

async function openConsole(options: { overflow?: 'end' | 'pause'; limit?: number } = {}) {
  const { peer, client } = setUp();
  const { overflow = 'end', limit = 1000 } = options;
  const stream = new ByteStream({ overflow, limit, writable: true });
  const errors: Error[] = [];
  stream.on('error', (error) => errors.push(error));
  const opened = client.openStream(domain.openConsole, consoleArgs, stream, {});
  const call = await peer.next();
  peer.reply(call, nothing, undefined);
  await opened;
  return { peer, client, stream, call, errors };
}

async function openUpload() {
  const { peer, client } = setUp();
  const upload = new UploadStream();
  const opened = client.openStream(storageVolume.upload, range, upload, {});
  const call = await peer.next();
  peer.reply(call, nothing, undefined);
  await opened;
  return { peer, client, upload, call };
}

async function openDownload(limit = 1000) {
  const { peer, client } = setUp();
  const download = new DownloadStream({ limit });
  const opened = client.openStream(storageVolume.download, range, download, {});
  const call = await peer.next();
  peer.reply(call, nothing, undefined);
  await opened;
  return { peer, client, download, call };
}

const ours = (frame: Frame, call: Frame): boolean =>
  frame.header.serial === call.header.serial && frame.header.type === TYPE.stream;

describe('a console', () => {
  it('carries bytes both ways', async () => {
    const { peer, stream, call } = await openConsole();
    peer.packet(call, STATUS.continue, Buffer.from('login: '));
    const prompt = await new Promise((resolve) => stream.once('data', resolve));
    expect(String(prompt)).toBe('login: ');
    stream.write('root\r');
    const typed = await peer.next();
    expect(ours(typed, call)).toBe(true);
    expect(typed.header.status).toBe(STATUS.continue);
    expect(typed.payload.toString()).toBe('root\r');
  });

  it('hears bytes that come in one piece with the answer to its opening', async () => {
    const { peer, client } = setUp();
    const stream = new ByteStream({ overflow: 'end', limit: 1000, writable: true });
    const opened = client.openStream(domain.openConsole, consoleArgs, stream, {});
    const call = await peer.next();
    peer.reply(call, nothing, undefined);
    peer.packet(call, STATUS.continue, Buffer.from('early'));
    await opened;
    await settle();
    expect(String(stream.read())).toBe('early');
  });

  it('ends when the guest ends', async () => {
    const { peer, stream, call, errors } = await openConsole();
    peer.packet(call, STATUS.continue);
    const bye = await peer.next();
    expect(bye.header.status).toBe(STATUS.ok);
    peer.packet(call, STATUS.ok);
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(errors).toEqual([]);
  });

  it('fails with what the host says', async () => {
    const { peer, stream, call, errors } = await openConsole();
    peer.packet(call, STATUS.error, failure(55, 'domain is not running'));
    await new Promise((resolve) => stream.once('close', resolve));
    expect(errors).toEqual([expect.objectContaining({ code: 'conflict', message: 'domain is not running' })]);
  });

  it('tells the host when it is closed, and passes over what still comes', async () => {
    const { peer, client, stream, call } = await openConsole();
    stream.destroy();
    expect((await peer.next()).header.status).toBe(STATUS.error);
    peer.packet(call, STATUS.continue, Buffer.from('late'));
    peer.packet(call, STATUS.error, failure(39, 'stream aborted at client request'));
    const answer = client.call(connect.close, {}, {});
    peer.reply(await peer.next(), nothing, undefined);
    await expect(answer).resolves.toBeUndefined();
  });

  it('that nobody reads is given up, and calls go on', async () => {
    const { peer, client, stream, call, errors } = await openConsole({ limit: 1000 });
    for (let i = 0; i < 12; i++) peer.packet(call, STATUS.continue, Buffer.alloc(100));
    expect((await peer.next()).header.status).toBe(STATUS.error);
    expect(stream.destroyed).toBe(true);
    await settle();
    expect(errors).toEqual([expect.objectContaining({ code: 'transport.closed' })]);
    const answer = client.call(connect.close, {}, {});
    peer.reply(await peer.next(), nothing, undefined);
    await expect(answer).resolves.toBeUndefined();
  });

  it('stops the connection instead where it was asked to', async () => {
    const { peer, stream, call } = await openConsole({ overflow: 'pause', limit: 1000 });
    for (let i = 0; i < 12; i++) peer.packet(call, STATUS.continue, Buffer.alloc(100));
    await settle();
    expect(peer.wire.isPaused()).toBe(true);
    stream.resume();
    await settle();
    expect(peer.wire.isPaused()).toBe(false);
    stream.destroy();
  });

  it('goes down with the connection', async () => {
    const { peer, stream, errors } = await openConsole();
    peer.wire.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(errors).toEqual([expect.objectContaining({ code: 'transport.closed' })]);
  });

  it('that the host opens too late is closed again', async () => {
    const { peer, client } = setUp();
    const abort = new AbortController();
    const stream = new ByteStream({ overflow: 'end', limit: 1000, writable: true });
    const opened = client.openStream(domain.openConsole, consoleArgs, stream, { signal: abort.signal });
    const call = await peer.next();
    abort.abort();
    await expect(opened).rejects.toMatchObject({ code: 'cancelled' });
    peer.reply(call, nothing, undefined);
    const bye = await peer.next();
    expect([ours(bye, call), bye.header.status]).toEqual([true, STATUS.error]);
  });

  it('is refused a hole', async () => {
    const { peer, client, call, errors, stream } = await openConsole();
    const closed = new Promise((resolve) => stream.once('close', resolve));
    peer.packet(call, STATUS.continue, encode(hole, { length: 5n, flags: 0 }), TYPE.streamHole);
    await expect(client.closed).resolves.toMatchObject({ code: 'libvirt.protocol' });
    await closed;
    expect(errors).toEqual([expect.objectContaining({ code: 'libvirt.protocol' })]);
  });
});

describe('an upload', () => {
  it('sends data in packets that every libvirt takes, and holes as holes', async () => {
    const { peer, upload, call } = await openUpload();
    const bytes = Buffer.alloc(STREAM_PACKET_MAX + 5, 'x');
    await upload.write(bytes);
    await upload.hole(1 << 30);
    const done = upload.finish();
    const [one, two, gap, end] = [await peer.next(), await peer.next(), await peer.next(), await peer.next()];
    expect([one.payload.length, two.payload.length]).toEqual([STREAM_PACKET_MAX, 5]);
    expect(gap.header).toMatchObject({ type: TYPE.streamHole, status: STATUS.continue });
    expect(decode(hole, gap.payload)).toEqual({ length: BigInt(1 << 30), flags: 0 });
    expect(end.header).toMatchObject({ type: TYPE.stream, status: STATUS.ok });
    peer.packet(call, STATUS.ok);
    await expect(done).resolves.toBeUndefined();
  });

  it('learns at the next step that the disk is full', async () => {
    const { peer, upload, call } = await openUpload();
    await upload.write(Buffer.alloc(10));
    peer.packet(call, STATUS.error, failure(38, 'cannot write to stream: No space left on device', 28));
    await settle();
    await expect(upload.write(Buffer.alloc(10))).rejects.toMatchObject({ code: 'host.disk_full' });
    await expect(upload.finish()).rejects.toMatchObject({ code: 'host.disk_full' });
  });

  it('waits for a slow link instead of filling memory', async () => {
    const { peer, upload } = await openUpload();
    peer.wire.blocked = true;
    let sent = 0;
    const all = (async () => {
      for (let i = 0; i < 40; i++, sent++) await upload.write(Buffer.alloc(STREAM_PACKET_MAX));
    })();
    await settle();
    expect(sent).toBeLessThan(10);
    const free = setInterval(() => peer.wire.unblock());
    await all;
    clearInterval(free);
    expect(sent).toBe(40);
  });

  it('that waits for room hears that the connection is gone', async () => {
    const { peer, upload } = await openUpload();
    peer.wire.blocked = true;
    const all = (async () => {
      for (;;) await upload.write(Buffer.alloc(STREAM_PACKET_MAX));
    })();
    all.catch(() => undefined);
    await settle();
    peer.wire.destroy();
    await expect(all).rejects.toMatchObject({ code: 'transport.closed' });
  });

  it('that is given up tells the host, and takes no more', async () => {
    const { peer, upload, call } = await openUpload();
    upload.abort();
    const bye = await peer.next();
    expect([ours(bye, call), bye.header.status]).toEqual([true, STATUS.error]);
    await expect(upload.write(Buffer.alloc(1))).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a sparse download', () => {
  it('gives data and holes in order, and ends when the host has confirmed', async () => {
    const { peer, download, call } = await openDownload();
    peer.packet(call, STATUS.continue, Buffer.from('abc'));
    peer.packet(call, STATUS.continue, encode(hole, { length: 4096n, flags: 0 }), TYPE.streamHole);
    peer.packet(call, STATUS.continue, Buffer.from('def'));
    peer.packet(call, STATUS.continue);
    const bye = peer.next().then((frame) => {
      peer.packet(call, STATUS.ok);
      return frame.header.status;
    });
    const got: unknown[] = [];
    for await (const piece of download)
      got.push(piece.type === 'data' ? piece.bytes.toString() : piece.length);
    expect(got).toEqual(['abc', 4096, 'def']);
    expect(await bye).toBe(STATUS.ok);
  });

  it('throws what went wrong after the data that came before', async () => {
    const { peer, download, call } = await openDownload();
    peer.packet(call, STATUS.continue, Buffer.from('abc'));
    peer.packet(call, STATUS.error, failure(38, 'cannot read from stream: Input/output error', 5));
    const got: string[] = [];
    const read = async (): Promise<void> => {
      for await (const piece of download) got.push(piece.type);
    };
    await expect(read()).rejects.toMatchObject({ code: 'libvirt.error' });
    expect(got).toEqual(['data']);
  });

  it('pauses the connection when its reader falls behind', async () => {
    const { peer, download, call } = await openDownload(1000);
    for (let i = 0; i < 12; i++) peer.packet(call, STATUS.continue, Buffer.alloc(100));
    await settle();
    expect(peer.wire.isPaused()).toBe(true);
    for await (const piece of download) {
      expect(piece.type).toBe('data');
      break;
    }
    expect(peer.wire.isPaused()).toBe(false);
    expect((await peer.next()).header.status).toBe(STATUS.error);
  });

  it('refuses a hole of negative length', async () => {
    const { peer, client, call } = await openDownload();
    peer.packet(call, STATUS.continue, encode(hole, { length: -1n, flags: 0 }), TYPE.streamHole);
    await expect(client.closed).resolves.toMatchObject({ code: 'libvirt.protocol' });
  });
});
