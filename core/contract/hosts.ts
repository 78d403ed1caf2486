import { z } from 'zod';
import { Deleted, Name, Nothing, Ref, RefInput, Revision, Timestamp, Uuid } from './common.ts';
import { ErrorBody } from './errors.ts';
import { read, write } from './method.ts';

/** `local`: this computer's libvirt socket. `ssh`: `ssh://USER@ADDRESS[:PORT]`. */
export const HostAddress = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('local'),
    uri: z.enum(['qemu:///system', 'qemu:///session']).default('qemu:///system'),
  }),
  z.strictObject({
    kind: z.literal('ssh'),
    /** host name, address, or an alias of `~/.ssh/config` */
    address: z.string().regex(/^[A-Za-z0-9_.:\-[\]%]{1,255}$/, 'is no host name or address'),
    port: z.number().int().min(1).max(65_535).optional(),
    user: z
      .string()
      .regex(/^[^\p{Cc}@:/\s]{1,255}$/u, 'is no user name')
      .optional(),
    /** private key files, tried in order after the agent */
    identityFiles: z.array(z.string().max(4096)).default([]),
    /** `USER@HOST:PORT`, first hop first; an empty list means: as `~/.ssh/config` says */
    jumps: z.array(z.string().max(512)).default([]),
    useAgent: z.boolean().default(true),
    uri: z
      .string()
      .regex(/^(qemu:\/\/\/(system|session)|test:\/\/\/default)$/)
      .default('qemu:///system'),
    /** path of libvirt's socket on the host, where it is not in one of the usual places */
    socket: z.string().max(108).optional(),
  }),
]);
export type HostAddress = z.infer<typeof HostAddress>;

/** What a person typed this once. Kept in memory only, never stored or logged (see `remember`). */
export const HostSecrets = z.strictObject({
  password: z.string().max(1024).optional(),
  passphrase: z.string().max(1024).optional(),
  /** keep it in the operating system's key store; refused where that store is no better than plain text */
  remember: z.boolean().default(false),
});
export type HostSecrets = z.infer<typeof HostSecrets>;

const Amount = z.strictObject({
  total: z.number().nonnegative(),
  used: z.number().nonnegative(),
  reserved: z.number().nonnegative(),
  ratio: z.number().positive(),
});

/**
 * What a driver can do, said up front: what it cannot is refused before anything is touched. nova/virt/driver.py
 * `not_yet`: no driver of this version can.
 */
export const Capability = z.enum(['yes', 'no', 'not_yet']);

export const CAPABILITIES = [
  'serialConsole',
  'vncConsole',
  'consoleLog',
  'softReboot',
  'pause',
  'suspend',
  'rescue',
  'rebuild',
  'setPassword',
  'crashDump',
  'diagnostics',
  'evacuate',
  'adopt',
  'resize',
  'migrate',
  'shelve',
  'snapshot',
  'attachVolume',
  'attachInterface',
] as const;
export const DriverCapabilities = z.record(z.enum(CAPABILITIES), Capability);
export type DriverCapabilities = z.infer<typeof DriverCapabilities>;

export const VirtMode = z.enum(['automatic', 'kvm', 'emulation']);

export const Host = z.strictObject({
  id: Uuid,
  name: Name,
  address: HostAddress,
  /** may the scheduler pick it? */
  enabled: z.boolean(),
  disabledReason: z.string().nullable(),
  connection: z.enum(['disconnected', 'connecting', 'connected', 'attention']),
  /** why it is not connected; `attention` needs a person (a host key, a passphrase) */
  connectionError: ErrorBody.nullable(),
  /** last moment at which the host was heard */
  lastSeenAt: Timestamp.nullable(),
  /** next attempt to reconnect */
  retryAt: Timestamp.nullable(),
  virtMode: VirtMode,
  /** what guests get: proven kvm, or emulation; null until known */
  virtType: z.enum(['kvm', 'qemu']).nullable(),
  /** why emulation is used, in words */
  virtReason: z.string().nullable(),
  vcpus: Amount,
  /** MiB */
  ram: Amount,
  /** GiB */
  disk: Amount,
  guests: z.number().int().nonnegative(),
  hostname: z.string().nullable(),
  libvirtVersion: z.string().nullable(),
  hypervisorVersion: z.string().nullable(),
  arch: z.string().nullable(),
  cpuModel: z.string().nullable(),
  /** seconds, where the host tells */
  uptime: z.number().nonnegative().nullable(),
  pool: z.string(),
  network: z.string(),
  capabilities: DriverCapabilities,
  /** as far as its CPU and its libvirt tell, and a person has added. os-traits */
  traits: z.array(z.string()),
  availabilityZone: z.string(),
  /** ids of the aggregates that it is in */
  aggregateIds: z.array(Uuid),
  createdAt: Timestamp,
  revision: Revision,
});
export type Host = z.infer<typeof Host>;

export const HOST_TEST_STEPS = [
  'resolve',
  'connect',
  'host-key',
  'login',
  'socket',
  'libvirt',
  'virtualization',
  'storage',
  'network',
] as const;

export const HostTestStep = z.strictObject({
  step: z.enum(HOST_TEST_STEPS),
  result: z.enum(['ok', 'warning', 'failed', 'skipped']),
  detail: z.string(),
  /** what to do about it, for a warning or failure */
  remedy: z.string().nullable(),
  milliseconds: z.number().nonnegative(),
  error: ErrorBody.nullable(),
});
export type HostTestStep = z.infer<typeof HostTestStep>;

export const HostTest = z.strictObject({
  ok: z.boolean(),
  steps: z.array(HostTestStep),
  /** the key shown by the host, when it is not known yet: ask the person, then repeat with `acceptHostKey` */
  unknownHostKey: z
    .strictObject({ fingerprint: z.string(), type: z.string(), address: z.string() })
    .nullable(),
  /** a key file needs its passphrase, or the server wants a password */
  needs: z.enum(['passphrase', 'password']).nullable(),
});
export type HostTest = z.infer<typeof HostTest>;

const Target = {
  address: HostAddress,
  secrets: HostSecrets.optional(),
  /** `SHA256:…`: take this key, and no other, as the host's */
  acceptHostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'is no SHA256 fingerprint')
    .optional(),
};

export const hostMethods = {
  /** Tests the way in, then stores the host; a failed test is refused unless `force`. */
  'host.add': write(
    z.strictObject({ name: Name, ...Target, force: z.boolean().default(false) }),
    z.strictObject({ host: Host.nullable(), test: HostTest }),
  ),
  'host.test': write(
    z.union([
      z.strictObject({ ref: Ref, secrets: HostSecrets.optional(), acceptHostKey: Target.acceptHostKey }),
      z.strictObject(Target),
    ]),
    HostTest,
  ),
  'host.list': read(Nothing, z.array(Host)),
  'host.show': read(RefInput, Host),
  'host.set': write(
    z.strictObject({
      ref: Ref,
      name: Name.optional(),
      enabled: z.boolean().optional(),
      disabledReason: z.string().max(255).nullable().optional(),
      virtMode: VirtMode.optional(),
      pool: z
        .string()
        .regex(/^[\w.+-]{1,64}$/)
        .optional(),
      network: z
        .string()
        .regex(/^[\w.+-]{1,64}$/)
        .optional(),
      cpuRatio: z.number().positive().max(128).optional(),
      ramRatio: z.number().positive().max(16).optional(),
      diskRatio: z.number().positive().max(16).optional(),
      reservedRam: z.number().int().nonnegative().optional(),
      reservedDisk: z.number().int().nonnegative().optional(),
      reservedVcpus: z.number().int().nonnegative().optional(),
    }),
    Host,
  ),
  /** Ends reconnect waiting and tries now, with secrets if the host asked for some. */
  'host.connect': write(z.strictObject({ ref: Ref, secrets: HostSecrets.optional() }), Host),
  /** Forgets the host; its guests run on. Refused while instances are on it, unless `force` (then they are forgotten too). */
  'host.remove': write(z.strictObject({ ref: Ref, force: z.boolean().default(false) }), Deleted),
};
