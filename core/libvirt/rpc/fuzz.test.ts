import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { failure } from '../../../tests/fakes/libvirt-peer.ts';
import { ExpectedError } from '../../domain/errors.ts';
import { silentLog } from '../../domain/log.ts';
import { EventHub } from '../event-hub.ts';
import { connect, STATS } from '../protocol/connect.ts';
import { domain } from '../protocol/domain.ts';
import { events } from '../protocol/events.ts';
import { KEEPALIVE_PROGRAM, REMOTE_PROGRAM } from '../protocol/procedure.ts';
import { storageVolume } from '../protocol/storage.ts';
import { encode, hyper, struct, uint } from '../protocol/xdr.ts';
import { ByteStream } from './byte-stream.ts';
import { RpcClient } from './client.ts';
import { DownloadStream } from './download-stream.ts';
import { encodeFrame, STATUS, TYPE } from './frame.ts';

const FRAMES = 100_000;
/** frames that one connection is fed before the next takes over; most connections end sooner */
const PER_CONNECTION = 25;

/** mulberry32: small, good enough, and the same on every machine */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b_79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

class Sink extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

const dom = { name: 'web1', uuid: '00112233-4455-6677-8899-aabbccddeeff', id: 3 };
const param = { field: 'state.state', value: { type: 'ullong' as const, value: 5n } };

/** What a healthy host sends to the calls that `attack` makes. Serials 1 to 4 are those calls, in their order. */
function healthy(): Buffer[] {
  const head = { program: REMOTE_PROGRAM, type: TYPE.reply as number, status: STATUS.ok as number };
  const stats = { records: [{ domain: dom, params: [param, param] }] };
  const lifecycle = { callbackId: 0, domain: dom, event: 2, detail: 0 };
  const hole = encode(struct({ length: hyper, flags: uint }), { length: 4096n, flags: 0 });
  const frame = (rest: object, payload: Uint8Array): Buffer =>
    encodeFrame({ ...head, procedure: 0, serial: 0, ...rest }, payload);
  const onConsole = { procedure: 201, serial: 3 };
  const onDownload = { procedure: 209, serial: 4 };
  const data = { type: TYPE.stream, status: STATUS.continue };
  const domains = encode(connect.listAllDomains.ret, { domains: [dom, dom], count: 2 });
  return [
    frame({ procedure: 273, serial: 1 }, domains),
    frame({ procedure: 344, serial: 2 }, encode(connect.getAllDomainStats.ret, stats)),
    frame({ procedure: 273, serial: 1, status: STATUS.error }, failure(42, 'no domain', 2)),
    frame(onConsole, Buffer.alloc(0)),
    frame({ ...onConsole, ...data }, Buffer.from('login: ')),
    frame({ ...onConsole, ...data, status: STATUS.error }, failure(55, 'not running')),
    frame({ ...onConsole, ...data }, Buffer.alloc(0)),
    frame(onDownload, Buffer.alloc(0)),
    frame({ ...onDownload, ...data }, Buffer.alloc(500)),
    frame({ ...onDownload, ...data, type: TYPE.streamHole }, hole),
    frame({ ...onDownload, ...data, status: STATUS.ok }, Buffer.alloc(0)),
    frame({ procedure: 318, type: TYPE.message }, encode(events.domainLifecycle.message, lifecycle)),
    frame({ program: KEEPALIVE_PROGRAM, procedure: 1, type: TYPE.message }, Buffer.alloc(0)),
  ];
}

function mutate(frame: Buffer, pick: (below: number) => number): Buffer {
  const bytes = Buffer.from(frame);
  const word = pick(Math.floor(bytes.length / 4)) * 4;
  switch (pick(8)) {
    case 0:
      return bytes.subarray(0, pick(bytes.length));
    case 1:
      bytes[pick(bytes.length)]! ^= 1 << pick(8);
      return bytes;
    case 2:
      bytes.writeUInt32BE([0, 1, 0x7fff_ffff, 0xffff_ffff, 28, 27][pick(6)]!, word);
      return bytes;
    case 3:
      bytes.writeUInt32BE(pick(0x1_0000_0000), word);
      return bytes;
    case 4:
      return Buffer.concat([bytes, Buffer.alloc(pick(64), pick(256))]);
    case 5:
      return Buffer.from(bytes.map(() => pick(256)));
    case 6:
      // any answer to any call
      bytes.writeUInt32BE(pick(6), 20);
      bytes.writeInt32BE(pick(8), 16);
      bytes.writeInt32BE(pick(4), 24);
      return bytes;
    default: {
      // a payload that is shorter or longer than it says, in a frame that is right
      const cut = Buffer.concat([bytes.subarray(0, 28 + pick(bytes.length - 27)), Buffer.alloc(pick(3) * 4)]);
      cut.writeUInt32BE(cut.length, 0);
      return cut;
    }
  }
}

interface Outcome {
  frames: number;
  answered: number;
  failed: number;
  events: number;
  strange: unknown[];
}

/** One connection with calls, streams and an event under way, and a host that is out to break it. */
async function attack(
  frames: readonly Buffer[],
  pick: (below: number) => number,
  sum: Outcome,
): Promise<void> {
  const wire = new Sink();
  let hub: EventHub | null = null;
  const client = new RpcClient(wire, { log: silentLog, onMessage: (...m) => hub?.receive(...m) });
  hub = new EventHub(client, silentLog);
  const terminal = new ByteStream({ overflow: 'end', limit: 10_000, writable: true });
  terminal.on('error', (error) => note(error));
  const download = new DownloadStream({ limit: 10_000 });
  const note = (error: unknown): void => {
    sum.failed++;
    if (!(error instanceof ExpectedError)) sum.strange.push(error);
  };
  const range = { volume: { pool: 'p', name: 'v', key: 'k' }, offset: 0, length: 0, flags: 1 };
  const all = { domains: [], stats: STATS.state, flags: 0 };
  const underWay = [
    client.call(connect.listAllDomains, { needResults: 1, flags: 0 }, {}),
    client.call(connect.getAllDomainStats, all, {}),
    client.openStream(domain.openConsole, { domain: dom, device: null, flags: 0 }, terminal, {}),
    client.openStream(storageVolume.download, range, download, {}),
    hub.on(events.domainLifecycle, () => sum.events++).ready,
  ].map((promise) => Promise.resolve<unknown>(promise).then(() => sum.answered++, note));
  for (let i = 0; i < PER_CONNECTION && !wire.destroyed; i++) {
    const frame = frames[pick(frames.length)]!;
    const healthyOne = pick(4) === 0;
    if (!healthyOne) sum.frames++;
    wire.emit('data', healthyOne ? frame : mutate(frame, pick));
  }
  client.close(null);
  await Promise.all([...underWay, client.closed]);
}

describe('a hostile host', () => {
  it(`cannot crash or hang us with ${FRAMES} mutated frames`, async () => {
    const pick = random(20_261_123);
    const frames = healthy();
    // Stack traces of a hundred thousand refusals are most of the time.
    Error.stackTraceLimit = 0;
    const sum: Outcome = { frames: 0, answered: 0, failed: 0, events: 0, strange: [] };
    while (sum.frames < FRAMES) await attack(frames, pick, sum);
    expect(sum.strange).toEqual([]);
    // Both ends of the road were taken, often: it was not all refused at the door.
    expect(sum.answered).toBeGreaterThan(1000);
    expect(sum.failed).toBeGreaterThan(1000);
    expect(sum.events).toBeGreaterThan(1000);
  });
});
