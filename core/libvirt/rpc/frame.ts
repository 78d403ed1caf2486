import { malformed } from '../protocol/xdr-buffers.ts';

/** Length, program, version, procedure, type, serial, status: seven words. Source: libvirt's src/rpc/virnetprotocol.x */
export const HEADER_SIZE = 28;
/** VIR_NET_MESSAGE_MAX and the length word before it */
export const FRAME_MAX = 32 * 1024 * 1024 + 4;
/** VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX: the largest stream packet that every libvirt takes */
export const STREAM_PACKET_MAX = 262_120;

/** virNetMessageType */
export const TYPE = {
  call: 0,
  reply: 1,
  message: 2,
  stream: 3,
  callWithFds: 4,
  replyWithFds: 5,
  streamHole: 6,
} as const;

/** virNetMessageStatus; a stream's data is `continue`, `ok` finishes it, `error` aborts it */
export const STATUS = { ok: 0, error: 1, continue: 2 } as const;

export interface Header {
  readonly program: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
}

export interface Frame {
  readonly header: Header;
  readonly payload: Buffer;
}

const VERSION = 1;

export function encodeFrame(header: Header, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_SIZE + payload.length);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(header.program, 4);
  frame.writeUInt32BE(VERSION, 8);
  frame.writeInt32BE(header.procedure, 12);
  frame.writeInt32BE(header.type, 16);
  frame.writeUInt32BE(header.serial, 20);
  frame.writeInt32BE(header.status, 24);
  frame.set(payload, HEADER_SIZE);
  return frame;
}

/** @param bytes one whole frame with its length word, as FrameReader cuts them */
export function decodeFrame(bytes: Buffer): Frame {
  const version = bytes.readUInt32BE(8);
  if (version !== VERSION) throw malformed(`it has protocol version ${version}`);
  const header = {
    program: bytes.readUInt32BE(4),
    procedure: bytes.readInt32BE(12),
    type: bytes.readInt32BE(16),
    serial: bytes.readUInt32BE(20),
    status: bytes.readInt32BE(24),
  };
  return { header, payload: bytes.subarray(HEADER_SIZE) };
}
