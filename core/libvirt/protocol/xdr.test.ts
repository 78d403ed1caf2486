import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExpected } from '../../domain/errors.ts';
import { domainRef, typedParam, uuid } from './types.ts';
import {
  array,
  arrayFixed,
  bool,
  decode,
  double,
  encode,
  hyper,
  int,
  nothing,
  opaque,
  opaqueFixed,
  optional,
  size,
  string,
  struct,
  uhyper,
  uint,
  union,
  type Xdr,
} from './xdr.ts';

const rich = struct({
  int,
  uint,
  bool,
  hyper,
  uhyper,
  size,
  double,
  text: string(64),
  fixed: opaqueFixed(5),
  bytes: opaque(9),
  maybe: optional(string(8)),
  list: array(struct({ a: int, b: optional(uint) }), 6),
  three: arrayFixed(int, 3),
  either: union({ number: { tag: 7, value: int }, words: { tag: -1, value: array(string(4), 2) } }),
  nothing,
});

const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = (length: { min: number; max: number }) =>
  fc.uint8Array({ minLength: length.min, maxLength: length.max }).map((b) => Buffer.from(b));
const words = (max: number) =>
  fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0') && Buffer.byteLength(s) <= max);

const anyRich = fc.record({
  int: int32,
  uint: uint32,
  bool: fc.boolean(),
  hyper: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uhyper: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  size: fc.maxSafeNat(),
  double: fc.double(),
  text: words(64),
  fixed: bytes({ min: 5, max: 5 }),
  bytes: bytes({ min: 0, max: 9 }),
  maybe: fc.option(words(8)),
  list: fc.array(fc.record({ a: int32, b: fc.option(uint32) }), { maxLength: 6 }),
  three: fc.array(int32, { minLength: 3, maxLength: 3 }),
  either: fc.oneof(
    fc.record({ type: fc.constant('number' as const), value: int32 }),
    fc.record({ type: fc.constant('words' as const), value: fc.array(words(4), { maxLength: 2 }) }),
  ),
  nothing: fc.constant(undefined),
});

function refusal<T>(schema: Xdr<T>, hex: string): string {
  try {
    decode(schema, Buffer.from(hex, 'hex'));
  } catch (error) {
    if (isExpected(error, 'libvirt.protocol')) return error.message;
    throw error;
  }
  return 'was read';
}

describe('XDR', () => {
  it('reads back what it wrote, four bytes aligned', () => {
    fc.assert(
      fc.property(anyRich, (value) => {
        const wire = encode(rich, value);
        expect(wire.length % 4).toBe(0);
        expect(decode(rich, wire)).toEqual(value);
      }),
    );
  });

  it('refuses every truncation and every addition', () => {
    fc.assert(
      fc.property(anyRich, fc.nat(), (value, cut) => {
        const wire = encode(rich, value);
        const short = wire.subarray(0, cut % wire.length);
        expect(() => decode(rich, short)).toThrow(/malformed/);
        expect(() => decode(rich, Buffer.concat([wire, Buffer.alloc(4)]))).toThrow('4 bytes are left over');
      }),
    );
  });

  it('writes what libvirt writes', () => {
    const wire = encode(domainRef, { name: 'web1', uuid: '00112233-4455-6677-8899-aabbccddeeff', id: -1 });
    expect(wire.toString('hex')).toBe('000000047765623100112233445566778899aabbccddeeffffffffff');
    const param = encode(typedParam, { field: 'state.state', value: { type: 'int', value: 5 } });
    expect(param.toString('hex')).toBe('0000000b73746174652e7374617465000000000100000005');
  });

  it.each([
    ['a text longer than allowed', string(3), '0000000461626364', 'at most 3'],
    ['a text longer than the message', string(1 << 22), '003fffff61626364', 'in 4 bytes'],
    ['a text with NUL', string(8), '0000000161006200', 'padding is not zero'],
    ['a NUL inside a text', string(8), '0000000361006200', 'NUL'],
    ['a list with a huge count', array(int, 1 << 30), '3fffffff00000001', 'in 4 bytes'],
    ['a list longer than allowed', array(int, 1), '000000020000000100000002', 'at most 1'],
    ['an optional that is neither there nor not', optional(int), '0000000200000001', 'only 0 or 1'],
    ['an unknown arm', typedParam, '00000001610000000000006300000000', 'number 99'],
    ['too few opaque bytes', opaqueFixed(16), '00112233', 'too early'],
  ])('refuses %s', (_what, schema: Xdr<unknown>, hex, message) => {
    expect(refusal(schema, hex)).toContain(message);
  });

  it('bounds a size that no number can hold', () => {
    expect(decode(size, Buffer.from('ffffffffffffffff', 'hex'))).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([
    ['an int out of range', int, 0x8000_0000],
    ['a fraction', uint, 1.5],
    ['a negative uint', uint, -1],
    ['a number that is none', int, Number.NaN],
    ['a hyper out of range', hyper, 2n ** 63n],
    ['a text with NUL', string(8), 'a\0b'],
    ['a text that is too long in bytes', string(3), 'éé'],
    ['what is no UUID', uuid, 'not-a-uuid'],
    ['a UUID in capitals', uuid, '00112233-4455-6677-8899-AABBCCDDEEFF'],
    ['the wrong number of bytes', opaqueFixed(2), Buffer.alloc(3)],
    ['an unknown kind', union({ a: { tag: 1, value: int } }), { type: 'b', value: 1 }],
  ])('does not send %s', (_what, schema: Xdr<unknown>, value) => {
    expect(() => encode(schema, value)).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });
});
