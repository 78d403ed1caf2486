import { unsendable } from './xdr-buffers.ts';
import {
  double,
  hyper,
  int,
  mapped,
  opaqueFixed,
  optional,
  string,
  struct,
  uhyper,
  uint,
  union,
  type Infer,
} from './xdr.ts';

// Types and limits that several procedures share. Source: the head of libvirt's src/remote/remote_protocol.x.

/** bytes of a text: REMOTE_STRING_MAX */
const STRING_MAX = 4 * 1024 * 1024;
/** objects in one list: REMOTE_DOMAIN_LIST_MAX and its siblings */
export const LIST_MAX = 16_384;

export const text = string(STRING_MAX);
export const optionalText = optional(text);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function uuidToBytes(value: string): Uint8Array {
  if (!UUID.test(value)) throw unsendable(`${JSON.stringify(value)} is no UUID in lower case`);
  return Buffer.from(value.replaceAll('-', ''), 'hex');
}

function uuidFromBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** 16 bytes, here as text in lower case with hyphens */
export const uuid = mapped(opaqueFixed(16), uuidFromBytes, uuidToBytes);

/** A domain as every call takes and gives it; `id` is -1 while it does not run. */
export const domainRef = struct({ name: text, uuid, id: int });
export type DomainRef = Infer<typeof domainRef>;

export const networkRef = struct({ name: text, uuid });
export type NetworkRef = Infer<typeof networkRef>;

export const poolRef = struct({ name: text, uuid });
export type PoolRef = Infer<typeof poolRef>;

export const volumeRef = struct({ pool: text, name: text, key: text });
export type VolumeRef = Infer<typeof volumeRef>;

/** virTypedParameter; the numbers are VIR_TYPED_PARAM_* */
export const typedParam = struct({
  field: text,
  value: union({
    int: { tag: 1, value: int },
    uint: { tag: 2, value: uint },
    llong: { tag: 3, value: hyper },
    ullong: { tag: 4, value: uhyper },
    double: { tag: 5, value: double },
    boolean: { tag: 6, value: int },
    string: { tag: 7, value: text },
  }),
});
export type TypedParam = Infer<typeof typedParam>;

export const noArgs = struct({});
export const flagsOnly = struct({ flags: uint });
/** for bulk calls: `needResults` 1 asks for the objects, 0 for their number only */
export const listArgs = struct({ needResults: int, flags: uint });

/** Typed parameters by name; a 64-bit number stays a bigint. The last one of a name counts. */
export function paramMap(params: readonly TypedParam[]): Map<string, number | bigint | string> {
  return new Map(params.map((param) => [param.field, param.value.value]));
}
