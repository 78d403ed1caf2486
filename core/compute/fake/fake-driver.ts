import type { Duplex } from 'node:stream';
import type { InstanceAddress } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type {
  ComputeDriver,
  Display,
  DriverCapabilities,
  DriverEvent,
  GuestSpec,
  GuestState,
  HostFacts,
  ImageSource,
  StepOptions,
  TransferOptions,
} from '../driver.ts';
import { echoConsole } from './fake-console.ts';
import type { FakeDisks, FakeHost } from './fake-host.ts';
import { cutOff, type FakeStep } from './faults.ts';

const CHUNKS = 4;

/** One connection to a fake host. */
export class FakeDriver implements ComputeDriver {
  readonly capabilities: DriverCapabilities = {
    serialConsole: true,
    vncConsole: true,
    consoleLog: true,
    softReboot: true,
  };
  readonly closed: Promise<Error | null>;
  readonly #host: FakeHost;
  readonly #listeners = new Set<(event: DriverEvent) => void>();
  readonly #streams = new Set<Duplex>();
  readonly #end = new AbortController();
  readonly #settle: (reason: Error | null) => void;

  constructor(host: FakeHost) {
    this.#host = host;
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    this.closed = promise;
    this.#settle = resolve;
    host.join(this);
  }

  facts(options: StepOptions): Promise<HostFacts> {
    return this.#step('facts', options, () => this.#host.facts);
  }

  prepareHost(options: StepOptions): Promise<void> {
    return this.#step('prepareHost', options, () => undefined);
  }

  hasImage(image: ImageSource, options: StepOptions): Promise<boolean> {
    return this.#step('hasImage', options, () => {
      const held = this.#host.images.get(image.id);
      return held !== undefined && held.complete && held.sha256 === image.sha256;
    });
  }

  async uploadImage(image: ImageSource, options: TransferOptions): Promise<void> {
    const put = (share: number) =>
      this.#host.images.set(image.id, {
        sha256: image.sha256,
        size: image.size * share,
        complete: share === 1,
      });
    try {
      put(0);
      for (let chunk = 1; chunk < CHUNKS; chunk += 1) {
        options.onProgress((image.size * chunk) / CHUNKS, image.size);
        await this.#live(new Promise(setImmediate), options);
      }
      put(0.5);
      await this.#step('uploadImage', options, () => {
        this.#needSpace();
        put(1);
      });
      options.onProgress(image.size, image.size);
    } catch (error) {
      // Cut short it must not look complete; whether the rest can be removed depends on the link, as it really does.
      if (!this.#end.signal.aborted) this.#host.images.delete(image.id);
      throw error;
    }
  }

  removeImage(imageId: string, options: StepOptions): Promise<void> {
    return this.#step('removeImage', options, () => {
      const used = [...this.#host.disks.values()].some((disks) => disks.root === imageId);
      if (used) throw new ExpectedError('host.in_use', `Disks on the host still lie over image ${imageId}`);
      this.#host.images.delete(imageId);
    });
  }

  createRootDisk(guest: GuestSpec, options: StepOptions): Promise<void> {
    return this.#step('createRootDisk', options, () => {
      this.#needSpace();
      if (!this.#host.images.get(guest.image.id)?.complete) {
        throw new ExpectedError('libvirt.error', `The image ${guest.image.id} is not in the pool`);
      }
      this.#disksOf(guest.id).root = guest.image.id;
    });
  }

  createExtraDisks(guest: GuestSpec, options: StepOptions): Promise<void> {
    return this.#step('createExtraDisks', options, () => {
      if (guest.flavor.ephemeral === 0 && guest.flavor.swap === 0) return;
      this.#needSpace();
      this.#disksOf(guest.id).extra = true;
    });
  }

  writeConfigDrive(
    guest: GuestSpec,
    _addresses: readonly InstanceAddress[],
    options: StepOptions,
  ): Promise<void> {
    return this.#step('writeConfigDrive', options, () => {
      this.#needSpace();
      this.#disksOf(guest.id).configDrive = true;
    });
  }

  removeDisks(guestId: string, options: StepOptions): Promise<void> {
    return this.#step('removeDisks', options, () => void this.#host.disks.delete(guestId));
  }

  reserveAddress(guest: GuestSpec, options: StepOptions): Promise<InstanceAddress[]> {
    return this.#step('reserveAddress', options, () => {
      const held = this.#host.reservations.get(guest.id);
      const taken = new Set([...this.#host.reservations.values()].map((r) => r.address));
      let host = 2;
      while (taken.has(`192.0.2.${host}`)) host += 1;
      const address = held?.address ?? `192.0.2.${host}`;
      this.#host.reservations.set(guest.id, { mac: guest.mac, address });
      return [{ network: 'default', address, mac: guest.mac, version: 4 }];
    });
  }

  releaseAddress(guestId: string, _mac: string, options: StepOptions): Promise<void> {
    return this.#step('releaseAddress', options, () => void this.#host.reservations.delete(guestId));
  }

  define(guest: GuestSpec, options: StepOptions): Promise<void> {
    return this.#step('define', options, () => {
      const disks = this.#host.disks.get(guest.id);
      if (disks?.root === undefined || !disks.configDrive) {
        throw new ExpectedError('libvirt.error', `The disks of ${guest.domainName} are not there`);
      }
      if (this.#host.domains.has(guest.id)) return;
      const spec = { id: guest.id, domainName: guest.domainName, flavor: guest.flavor };
      this.#host.domains.set(guest.id, { spec, powerState: 'SHUTDOWN', deaf: false, log: '', boots: 0 });
      this.#host.lifecycle(guest.id, 'defined');
    });
  }

  undefine(guestId: string, options: StepOptions): Promise<void> {
    return this.#step('undefine', options, () => {
      const domain = this.#host.domains.get(guestId);
      if (domain === undefined) return;
      if (domain.powerState !== 'SHUTDOWN') {
        throw new ExpectedError('libvirt.error', `${domain.spec.domainName} is running`);
      }
      this.#host.lifecycle(guestId, 'undefined');
      this.#host.domains.delete(guestId);
    });
  }

  start(guestId: string, options: StepOptions): Promise<void> {
    return this.#step('start', options, () => this.#host.boot(guestId));
  }

  stop(guestId: string, _timeout: number, options: StepOptions): Promise<void> {
    return this.#step('stop', options, () => this.#host.halt(guestId));
  }

  destroy(guestId: string, options: StepOptions): Promise<void> {
    return this.#step('destroy', options, () => {
      if (this.#host.domains.has(guestId)) this.#host.halt(guestId);
    });
  }

  softReboot(guestId: string, timeout: number, options: StepOptions): Promise<void> {
    return this.#step('softReboot', options, () => {
      const domain = this.#host.domain(guestId);
      if (domain.deaf) {
        throw new ExpectedError('libvirt.timeout', `The guest did not reboot within ${timeout / 1000} s`);
      }
      domain.boots += 1;
      this.#host.lifecycle(guestId, 'rebooted');
    });
  }

  hardReboot(guestId: string, options: StepOptions): Promise<void> {
    return this.#step('hardReboot', options, () => {
      this.#host.halt(guestId);
      this.#host.boot(guestId);
    });
  }

  listGuests(options: StepOptions): Promise<GuestState[]> {
    return this.#step('listGuests', options, () =>
      [...this.#host.domains.values()].map(({ spec, powerState }) => ({
        uuid: spec.id,
        domainName: spec.domainName,
        powerState,
        ours: true,
        vcpus: spec.flavor.vcpus,
        ram: spec.flavor.ram,
      })),
    );
  }

  domainXml(guestId: string, options: StepOptions): Promise<string> {
    return this.#step('domainXml', options, () => {
      const { spec } = this.#host.domain(guestId);
      return `<domain type='qemu'><name>${spec.domainName}</name><uuid>${spec.id}</uuid></domain>`;
    });
  }

  consoleLog(
    guestId: string,
    offset: number,
    options: StepOptions,
  ): Promise<{ bytes: Uint8Array; length: number }> {
    return this.#step('consoleLog', options, () => {
      const log = Buffer.from(this.#host.domain(guestId).log);
      return { bytes: log.subarray(offset), length: log.length };
    });
  }

  openSerial(guestId: string, options: StepOptions): Promise<Duplex> {
    return this.#step('openSerial', options, () => this.#stream(guestId, 'login: '));
  }

  openDisplay(guestId: string, options: StepOptions): Promise<Display> {
    return this.#step('openDisplay', options, () => ({
      stream: this.#stream(guestId, 'RFB 003.008\n'),
      password: null,
    }));
  }

  onEvent(listener: (event: DriverEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  close(): Promise<void> {
    this.cut(null);
    return Promise.resolve();
  }

  /** Ends the connection; null for an end that was wanted. */
  cut(reason: Error | null): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(reason ?? cutOff());
    for (const stream of this.#streams) stream.destroy();
    this.#listeners.clear();
    this.#settle(reason);
  }

  tell(event: DriverEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async #step<T>(step: FakeStep, options: StepOptions, work: () => T): Promise<T> {
    this.#host.calls.push(step);
    await this.#live(this.#host.faults.meet(step, 'before'), options);
    const result = work();
    await this.#live(this.#host.faults.meet(step, 'after'), options);
    return result;
  }

  /** Waits no longer than the link lives and the caller wants it. */
  async #live<T>(promise: Promise<T>, { signal }: StepOptions): Promise<T> {
    const ends = AbortSignal.any([signal, this.#end.signal]);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    ends.addEventListener('abort', end);
    // An abort that came first must win over a promise that is settled already.
    if (ends.aborted) resolve();
    const race = Promise.race([ended, promise.then(() => undefined)]);
    await race.finally(() => ends.removeEventListener('abort', end));
    if (this.#end.signal.aborted) throw cutOff();
    if (signal.aborted) throw new ExpectedError('cancelled', 'The step was cancelled');
    return await promise;
  }

  #disksOf(guestId: string): FakeDisks {
    const disks = this.#host.disks.get(guestId) ?? {};
    this.#host.disks.set(guestId, disks);
    return disks;
  }

  #needSpace(): void {
    if (!this.#host.faults.diskFull) return;
    throw new ExpectedError('host.disk_full', 'The storage pool of the host is full', {
      remedy: 'Free some space in the pool.',
    });
  }

  #stream(guestId: string, greeting: string): Duplex {
    this.#host.running(guestId);
    const stream = echoConsole(greeting);
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    return stream;
  }
}
