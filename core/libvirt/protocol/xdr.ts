import { malformed, unsendable, XdrReader, XdrWriter } from './xdr-buffers.ts';

/**
 * A wire type: how a value is written and read. The TypeScript type follows from the schema (`Infer`), so that a
 * procedure's layout stands in one place. Source of the rules: RFC 4506.
 */
export interface Xdr<T> {
  /** the fewest bytes that a value takes; bounds the length of an array before anything is allocated */
  readonly minSize: number;
  encode(writer: XdrWriter, value: T): void;
  decode(reader: XdrReader): T;
}

export type Infer<S> = S extends Xdr<infer T> ? T : never;

type Fields = Record<string, Xdr<unknown>>;
type Simplify<T> = { [K in keyof T]: T[K] };
type InferFields<F extends Fields> = Simplify<{ -readonly [K in keyof F]: Infer<F[K]> }>;

function checkInteger(value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw unsendable(`${value} is not an integer from ${low} to ${high}`);
  }
}

export const int: Xdr<number> = {
  minSize: 4,
  encode(writer, value) {
    checkInteger(value, -0x8000_0000, 0x7fff_ffff);
    writer.int(value);
  },
  decode: (reader) => reader.int(),
};

export const uint: Xdr<number> = {
  minSize: 4,
  encode(writer, value) {
    checkInteger(value, 0, 0xffff_ffff);
    writer.uint(value);
  },
  decode: (reader) => reader.uint(),
};

/** A C int that is only ever asked "is it zero?". */
export const bool: Xdr<boolean> = {
  minSize: 4,
  encode: (writer, value) => writer.int(value ? 1 : 0),
  decode: (reader) => reader.int() !== 0,
};

/** 64 bits, signed */
export const hyper: Xdr<bigint> = {
  minSize: 8,
  encode(writer, value) {
    if (BigInt.asIntN(64, value) !== value) throw unsendable(`${value} does not fit 64 bits`);
    writer.hyper(value);
  },
  decode: (reader) => reader.hyper(),
};

/** 64 bits, unsigned */
export const uhyper: Xdr<bigint> = {
  minSize: 8,
  encode(writer, value) {
    if (BigInt.asUintN(64, value) !== value) throw unsendable(`${value} does not fit 64 bits`);
    writer.uhyper(value);
  },
  decode: (reader) => reader.uhyper(),
};

/** An unsigned hyper for sizes, which a number holds exactly up to 8 PiB; what is above becomes that bound. */
export const size: Xdr<number> = {
  minSize: 8,
  encode(writer, value) {
    checkInteger(value, 0, Number.MAX_SAFE_INTEGER);
    writer.uhyper(BigInt(value));
  },
  decode(reader) {
    const value = reader.uhyper();
    return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(value);
  },
};

export const double: Xdr<number> = {
  minSize: 8,
  encode: (writer, value) => writer.double(value),
  decode: (reader) => reader.double(),
};

/** @param length bytes, exactly */
export function opaqueFixed(length: number): Xdr<Uint8Array> {
  return {
    minSize: length,
    encode(writer, value) {
      if (value.length !== length) throw unsendable(`${value.length} bytes where ${length} belong`);
      writer.bytes(value);
    },
    decode: (reader) => reader.bytes(length),
  };
}

function decodeLength(reader: XdrReader, max: number, unit: number, what: string): number {
  const length = reader.uint();
  if (length > max) throw malformed(`${what} of length ${length} where at most ${max} is allowed`);
  if (length * unit > reader.left) throw malformed(`${what} of length ${length} in ${reader.left} bytes`);
  return length;
}

/** @param max bytes */
export function opaque(max: number): Xdr<Uint8Array> {
  return {
    minSize: 4,
    encode(writer, value) {
      if (value.length > max) throw unsendable(`${value.length} bytes where at most ${max} are allowed`);
      writer.uint(value.length);
      writer.bytes(value);
    },
    decode: (reader) => reader.bytes(decodeLength(reader, max, 1, 'bytes')),
  };
}

/**
 * UTF-8 without NUL, which would cut the text short on the other side. Bytes that are no UTF-8 (file names may be anything)
 * are read as U+FFFD.
 * @param max bytes
 */
export function string(max: number): Xdr<string> {
  return {
    minSize: 4,
    encode(writer, value) {
      const bytes = Buffer.from(value, 'utf8');
      if (bytes.length > max) throw unsendable(`a text of ${bytes.length} bytes (at most ${max})`);
      if (bytes.includes(0)) throw unsendable('a text with a NUL character');
      writer.uint(bytes.length);
      writer.bytes(bytes);
    },
    decode(reader) {
      const bytes = reader.bytes(decodeLength(reader, max, 1, 'a text'));
      if (bytes.includes(0)) throw malformed('a text holds a NUL character');
      return bytes.toString('utf8');
    },
  };
}

export function optional<T>(inner: Xdr<T>): Xdr<T | null> {
  return {
    minSize: 4,
    encode(writer, value) {
      writer.uint(value === null ? 0 : 1);
      if (value !== null) inner.encode(writer, value);
    },
    decode(reader) {
      const there = reader.uint();
      if (there > 1) throw malformed(`${there} where only 0 or 1 can stand`);
      return there === 1 ? inner.decode(reader) : null;
    },
  };
}

/** @param max items */
export function array<T>(item: Xdr<T>, max: number): Xdr<T[]> {
  return {
    minSize: 4,
    encode(writer, value) {
      if (value.length > max) throw unsendable(`a list of ${value.length} items (at most ${max})`);
      writer.uint(value.length);
      for (const one of value) item.encode(writer, one);
    },
    decode(reader) {
      const length = decodeLength(reader, max, item.minSize, 'a list');
      return Array.from({ length }, () => item.decode(reader));
    },
  };
}

/** @param length items, exactly; no length on the wire */
export function arrayFixed<T>(item: Xdr<T>, length: number): Xdr<T[]> {
  return {
    minSize: item.minSize * length,
    encode(writer, value) {
      if (value.length !== length) throw unsendable(`a list of ${value.length} items, not ${length}`);
      for (const one of value) item.encode(writer, one);
    },
    decode: (reader) => Array.from({ length }, () => item.decode(reader)),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Fields in the order in which they are declared. */
export function struct<F extends Fields>(fields: F): Xdr<InferFields<F>>;
export function struct(fields: Fields): Xdr<unknown> {
  const entries = Object.entries(fields);
  return {
    minSize: entries.reduce((sum, [, field]) => sum + field.minSize, 0),
    encode(writer, value) {
      if (!isRecord(value)) throw unsendable('no object where a struct belongs');
      for (const [name, field] of entries) field.encode(writer, value[name]);
    },
    decode(reader) {
      const record: Record<string, unknown> = {};
      for (const [name, field] of entries) record[name] = field.decode(reader);
      return record;
    },
  };
}

type Arms = Record<string, { readonly tag: number; readonly value: Xdr<unknown> }>;
type InferArms<A extends Arms> = {
  [K in keyof A & string]: { type: K; value: Infer<A[K]['value']> };
}[keyof A & string];

/** A discriminated union: an int says which arm follows. */
export function union<A extends Arms>(arms: A): Xdr<InferArms<A>>;
export function union(arms: Arms): Xdr<{ type: string; value: unknown }> {
  const byTag = new Map(Object.entries(arms).map(([type, { tag, value }]) => [tag, { type, value }]));
  return {
    minSize: 4,
    encode(writer, value) {
      const arm = arms[value.type];
      if (arm === undefined) throw unsendable(`no such kind of value as ${value.type}`);
      writer.int(arm.tag);
      arm.value.encode(writer, value.value);
    },
    decode(reader) {
      const tag = reader.int();
      const arm = byTag.get(tag);
      if (arm === undefined) throw malformed(`no kind of value has the number ${tag}`);
      return { type: arm.type, value: arm.value.decode(reader) };
    },
  };
}

/** An optional of which nobody here ever sends more than its absence. */
export const absent: Xdr<null> = {
  minSize: 4,
  encode: (writer) => writer.uint(0),
  decode(reader) {
    if (reader.uint() !== 0) throw malformed('something stands where nothing belongs');
    return null;
  },
};

/** No bytes at all: the arguments or the result of a procedure that has none. */
export const nothing: Xdr<void> = {
  minSize: 0,
  encode: () => undefined,
  decode: () => undefined,
};

/** Another form of the same bytes. `from` throws on what has no such form. */
export function mapped<W, T>(wire: Xdr<W>, to: (value: W) => T, from: (value: T) => W): Xdr<T> {
  return {
    minSize: wire.minSize,
    encode: (writer, value) => wire.encode(writer, from(value)),
    decode: (reader) => to(wire.decode(reader)),
  };
}

export function encode<T>(schema: Xdr<T>, value: T): Buffer {
  const writer = new XdrWriter();
  schema.encode(writer, value);
  return writer.finish();
}

/** Reads the whole of `bytes`; what is left over is an error. Byte fields are views on `bytes`, not copies. */
export function decode<T>(schema: Xdr<T>, bytes: Uint8Array): T {
  const reader = new XdrReader(bytes);
  const value = schema.decode(reader);
  reader.end();
  return value;
}
