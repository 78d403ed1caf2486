import { ExpectedError, isExpected } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../libvirt/errors.ts';
import { storagePool, storageVolume, VOLUME_INFO } from '../libvirt/protocol/storage.ts';
import type { PoolRef, VolumeRef } from '../libvirt/protocol/types.ts';
import { buildXml, readXml } from '../libvirt/xml/mapper.ts';
import { volume } from '../libvirt/xml/volume.ts';
import { isBusy, patiently } from './patience.ts';

export interface NewVolume {
  readonly name: string;
  /** bytes */
  readonly capacity: number;
  readonly format: 'qcow2' | 'raw';
  /** the file it is laid over, with its format pinned */
  readonly backing?: { readonly path: string; readonly format: 'qcow2' | 'raw' };
}

/** What the pool tells of one volume. */
export interface VolumeFacts {
  readonly name: string;
  readonly path: string;
  /** bytes that it takes */
  readonly bytes: number;
  /** last change of its content, by the host's clock; null where the pool keeps none */
  readonly changedAt: Date | null;
  /** path of the file that it lies over */
  readonly backing: string | null;
}

/** Making and deleting a file may have to wait for a slow disk. Milliseconds. */
const DISK_DEADLINE = 120_000;

/**
 * A storage pool that is a folder, and the volumes in it. "Not there" is an answer, not an error, and removing what is
 * gone succeeds.
 */
export class StoragePool {
  readonly #connection: LibvirtConnection;
  readonly #ref: PoolRef;
  /** the folder on the host */
  readonly path: string;

  constructor(connection: LibvirtConnection, ref: PoolRef, path: string) {
    this.#connection = connection;
    this.#ref = ref;
    this.path = path;
  }

  get name(): string {
    return this.#ref.name;
  }

  /** bytes */
  async space(options: CallOptions): Promise<{ capacity: number; available: number }> {
    return this.#connection.call(storagePool.getInfo, { pool: this.#ref }, options);
  }

  async find(name: string, options: CallOptions): Promise<VolumeRef | null> {
    try {
      const found = await this.#connection.call(
        storageVolume.lookupByName,
        { pool: this.#ref, name },
        options,
      );
      return found.volume;
    } catch (error) {
      if (isVirError(error, VIR_ERR.noStorageVol)) return null;
      throw error;
    }
  }

  /** @throws ExpectedError `libvirt.not_found` */
  async get(name: string, options: CallOptions): Promise<VolumeRef> {
    const found = await this.find(name, options);
    if (found) return found;
    throw new ExpectedError('libvirt.not_found', `There is no volume ${name} in pool ${this.name}`);
  }

  /** Takes the one that is there, too. @throws ExpectedError `host.disk_full` */
  async create(wanted: NewVolume, options: CallOptions): Promise<VolumeRef> {
    const there = await this.find(wanted.name, options);
    if (there) return there;
    const xml = buildXml(volume, {
      name: wanted.name,
      capacityUnit: 'bytes',
      capacity: wanted.capacity,
      allocationUnit: 'bytes',
      // A qcow2 file grows by itself; a raw one stays a hole until it is written.
      allocation: 0,
      format: wanted.format,
      compat: wanted.format === 'qcow2' ? '1.1' : undefined,
      backingPath: wanted.backing?.path,
      backingFormat: wanted.backing?.format,
    });
    const limits = { ...options, deadline: DISK_DEADLINE };
    const made = await this.#connection.call(
      storageVolume.createXml,
      { pool: this.#ref, xml, flags: 0 },
      limits,
    );
    return made.volume;
  }

  async remove(name: string, options: CallOptions): Promise<void> {
    const found = await this.find(name, options);
    if (!found) return;
    const limits = { ...options, deadline: DISK_DEADLINE };
    try {
      // A volume whose upload was just cut is in use for a moment longer.
      await patiently(options.signal, () =>
        this.#connection.call(storageVolume.delete, { volume: found, flags: 0 }, limits),
      );
    } catch (error) {
      if (!isVirError(error, VIR_ERR.noStorageVol) && !isGoneFile(error)) throw error;
    }
  }

  async #all(options: CallOptions): Promise<VolumeRef[]> {
    const args = { pool: this.#ref, needResults: 1, flags: 0 };
    return (await this.#connection.call(storagePool.listAllVolumes, args, options)).volumes;
  }

  async names(options: CallOptions): Promise<string[]> {
    return (await this.#all(options)).map((found) => found.name);
  }

  /** Names of the volumes that lie over this one. */
  async laidOver(name: string, options: CallOptions): Promise<string[]> {
    const base = `${this.path}/${name}`;
    const facts = await this.describe(() => true, options);
    return facts.filter(({ backing }) => backing === base).map((overlay) => overlay.name);
  }

  /** What there is to know of the volumes with such names; those that go meanwhile are left out. */
  async describe(wanted: (name: string) => boolean, options: CallOptions): Promise<VolumeFacts[]> {
    const volumes = (await this.#all(options)).filter((found) => wanted(found.name));
    const facts = await Promise.all(volumes.map((found) => this.#factsOf(found, options)));
    return facts.filter((found) => found !== null);
  }

  async #factsOf(of: VolumeRef, options: CallOptions): Promise<VolumeFacts | null> {
    try {
      const { xml } = await this.#connection.call(
        storageVolume.getXmlDesc,
        { volume: of, flags: 0 },
        options,
      );
      const { path, allocation = 0, modified, backingPath } = readXml(volume, xml);
      const seconds = Number(modified ?? 'NaN');
      return {
        name: of.name,
        path: path ?? `${this.path}/${of.name}`,
        bytes: allocation,
        changedAt: Number.isFinite(seconds) ? new Date(seconds * 1000) : null,
        backing: backingPath ?? null,
      };
    } catch (error) {
      // Deleted since it was listed.
      if (isVirError(error, VIR_ERR.noStorageVol) || isGoneFile(error)) return null;
      throw error;
    }
  }

  /** bytes of the file */
  async fileSize(of: VolumeRef, options: CallOptions): Promise<number> {
    const args = { volume: of, flags: VOLUME_INFO.physical };
    const info = await this.#connection.call(storageVolume.getInfoFlags, args, options);
    return info.allocation;
  }

  /**
   * Finds what came, and room that was made, by other ways than libvirt. A pool that goes on being busy is left as it is:
   * while something is uploaded to it there is no refresh.
   */
  async refresh(options: CallOptions): Promise<void> {
    const limits = { ...options, deadline: DISK_DEADLINE };
    try {
      await patiently(options.signal, () =>
        this.#connection.call(storagePool.refresh, { pool: this.#ref, flags: 0 }, limits),
      );
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }
}

/** Somebody deleted the file itself: libvirt fails to unlink it. */
function isGoneFile(error: unknown): boolean {
  return isExpected(error) && /No such file or directory/.test(error.message);
}
