import type { ErrorCode } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { domainRef, networkRef, optionalText } from './protocol/types.ts';
import { decode, int, optional, struct, type Infer } from './protocol/xdr.ts';

/** What stands in place of a result when a call failed. Source: virNetMessageError in libvirt's src/rpc/virnetprotocol.x */
export const remoteError = struct({
  code: int,
  domain: int,
  message: optionalText,
  level: int,
  dom: optional(domainRef),
  str1: optionalText,
  str2: optionalText,
  str3: optionalText,
  int1: int,
  int2: int,
  net: optional(networkRef),
});
export type RemoteError = Infer<typeof remoteError>;

/** virErrorNumber, as far as somebody asks for one. Source: libvirt's include/libvirt/virterror.h */
export const VIR_ERR = {
  internalError: 1,
  noSupport: 3,
  operationFailed: 9,
  operationDenied: 29,
  systemError: 38,
  rpc: 39,
  noDomain: 42,
  noNetwork: 43,
  authFailed: 45,
  noStoragePool: 49,
  noStorageVol: 50,
  operationInvalid: 55,
  configUnsupported: 67,
  operationTimeout: 68,
  argumentUnsupported: 74,
  operationUnsupported: 84,
  agentUnresponsive: 86,
  resourceBusy: 87,
  storageVolExist: 90,
} as const;

const BY_CODE: ReadonlyMap<number, ErrorCode> = new Map([
  ...pairs('libvirt.unsupported', [3, 67, 74, 84]),
  ...pairs('libvirt.not_found', [42, 43, 49, 50, 53, 62, 66, 72, 80, 95, 96, 99, 101, 103, 104, 107]),
  // already there, in the wrong state, in use
  ...pairs('conflict', [28, 37, 55, 76, 83, 87, 90, 106]),
  ...pairs('libvirt.auth', [29, 45, 79, 88, 94]),
  ...pairs('libvirt.timeout', [68]),
  ...pairs('cancelled', [78]),
]);

function pairs(code: ErrorCode, numbers: readonly number[]): [number, ErrorCode][] {
  return numbers.map((number) => [number, code]);
}

/** Linux errno, which libvirt passes in int1 of a system error */
const ENOSPC = 28;
const EDQUOT = 122;

function isDiskFull(error: RemoteError): boolean {
  const errno = error.code === VIR_ERR.systemError && (error.int1 === ENOSPC || error.int1 === EDQUOT);
  return (
    errno || /No space left on device|Disk quota exceeded|not enough free space/i.test(error.message ?? '')
  );
}

function codeOf(error: RemoteError): ErrorCode {
  if (isDiskFull(error)) return 'host.disk_full';
  if (error.code === VIR_ERR.rpc && /unknown (procedure|program)/i.test(error.message ?? '')) {
    return 'libvirt.unsupported';
  }
  return BY_CODE.get(error.code) ?? 'libvirt.error';
}

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  'libvirt.auth':
    "Log in as root or as a member of the host's group `libvirt`, or set `auth_unix_rw` in its libvirtd.conf.",
  'libvirt.unsupported': 'It needs a newer libvirt, or another driver, on the host.',
  'host.disk_full': "Make room in the host's storage pool.",
};

/** @param asked the procedure, for the details */
export function fromRemoteError(error: RemoteError, asked: string): ExpectedError {
  const code = codeOf(error);
  return new ExpectedError(code, error.message ?? `libvirt failed with error ${error.code}`, {
    remedy: REMEDIES[code],
    details: {
      procedure: asked,
      virCode: error.code,
      virDomain: error.domain,
      ...(error.int1 > 0 && { int1: error.int1 }),
    },
  });
}

/** Decodes a failed reply's body; what is no error body is itself a `libvirt.protocol` error. */
export function decodeRemoteError(payload: Uint8Array, asked: string): ExpectedError {
  return fromRemoteError(decode(remoteError, payload), asked);
}

/** Whether libvirt itself answered with this error. */
export function isVirError(error: unknown, ...codes: number[]): error is ExpectedError {
  return error instanceof ExpectedError && codes.includes(Number(error.details?.['virCode'] ?? -1));
}
