import { PLAIN } from '../../core/compute/test-kit.ts';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createLibvirtDriver, type LibvirtDriverOptions } from '../../core/compute/libvirt/driver.ts';
import type { ComputeDriver, GuestSpec, ImageSource } from '../../core/compute/driver.ts';
import { HostAddress } from '../../core/contract/index.ts';
import { inspectImage } from '../../core/image/inspect.ts';
import { generateMac } from '../../core/network/mac.ts';
import { createDialer } from '../../core/transport/create-dialer.ts';
import { createKnownHosts } from '../../core/transport/known-hosts-store.ts';
import type { Account } from '../lab/accounts.ts';
import type { LabHost } from '../lab/host.ts';
import { until } from '../lab/run.ts';

/** Drivers of lab hosts over real SSH, and what they need; ended together. */
export class DriverWorld {
  readonly folder: string;
  readonly #key: string;
  readonly #drivers: ComputeDriver[] = [];

  private constructor(folder: string, key: string) {
    this.folder = folder;
    this.#key = key;
  }

  static async create(key: string): Promise<DriverWorld> {
    return new DriverWorld(await mkdtemp(join(tmpdir(), 'micronova-driver-')), key);
  }

  async connect(
    host: LabHost,
    account: Account = 'root',
    options: Partial<LibvirtDriverOptions> = {},
  ): Promise<ComputeDriver> {
    const address = HostAddress.parse({
      kind: 'ssh',
      address: '127.0.0.1',
      port: host.port,
      user: account,
      identityFiles: [this.#key],
      useAgent: false,
    });
    const knownHosts = createKnownHosts(this.folder);
    const acceptHostKey = await host.fingerprint();
    const link = await createDialer(address, { knownHosts, acceptHostKey }).connect();
    const usual = { address, pool: 'default', network: 'default', virtMode: 'automatic' } as const;
    const driver = await createLibvirtDriver(link, { ...usual, ...options });
    this.#drivers.push(driver);
    return driver;
  }

  async end(): Promise<void> {
    await Promise.all(this.#drivers.map((driver) => driver.close()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function imageSource(file: string): Promise<ImageSource> {
  const facts = await inspectImage(file);
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  expectSize(facts.size, (await stat(file)).size);
  return { id: randomUUID(), name: 'tiny', ...facts, sha256, properties: {}, file };
}

function expectSize(found: number, real: number): void {
  if (found !== real) throw new Error(`inspectImage says ${found} bytes, the file has ${real}`);
}

export function guestSpec(image: ImageSource, change: Partial<GuestSpec> = {}): GuestSpec {
  const id = randomUUID();
  return {
    ...PLAIN,
    id,
    name: `guest <${id.slice(0, 4)}> & "co"`,
    hostname: `guest-${id.slice(0, 4)}`,
    domainName: `instance-${id.slice(0, 8)}`,
    flavor: {
      id: 'f1',
      name: 'm1.nano',
      vcpus: 1,
      ram: 128,
      disk: 1,
      ephemeral: 0,
      swap: 0,
      isPublic: true,
      description: null,
      extraSpecs: {},
    },
    image,
    keyName: null,
    publicKey: null,
    userData: null,
    metadata: { purpose: '<test> & "more"' },
    mac: generateMac(),
    createdAt: new Date().toISOString(),
    ...change,
  };
}

export const never = { signal: new AbortController().signal };
export const silent = { ...never, onProgress: () => undefined };

/** Every step of a boot in its order. */
export async function build(driver: ComputeDriver, guest: GuestSpec): Promise<void> {
  await driver.prepareHost(never);
  await driver.uploadImage(guest.image, silent);
  await driver.createRootDisk(guest, never);
  await driver.createExtraDisks(guest, never);
  const addresses = await driver.reserveAddress(guest, never);
  await driver.writeConfigDrive(guest, addresses, never);
  await driver.define(guest, never);
  await driver.start(guest.id, never);
}

/** Every undo in its order. */
export async function takeDown(driver: ComputeDriver, guest: GuestSpec): Promise<void> {
  await driver.destroy(guest.id, never);
  await driver.undefine(guest.id, never);
  await driver.releaseAddress(guest.id, guest.mac, never);
  await driver.removeDisks(guest.id, never);
}

/** Keeps what a stream brings. */
export class Heard {
  text = '';

  constructor(stream: Duplex) {
    stream.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
  }

  /** @returns what was heard so far, once it holds this */
  says(what: RegExp): Promise<string> {
    return until(
      `${what.source} on the console`,
      () => (what.test(this.text) ? this.text : undefined),
      90_000,
    );
  }
}
