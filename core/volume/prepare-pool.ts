import { ExpectedError } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../libvirt/errors.ts';
import { connect, LIST_POOLS } from '../libvirt/protocol/connect.ts';
import { storagePool } from '../libvirt/protocol/storage.ts';
import type { PoolRef } from '../libvirt/protocol/types.ts';
import { buildXml, readXml } from '../libvirt/xml/mapper.ts';
import { pool as poolXml } from '../libvirt/xml/pool.ts';
import { StoragePool } from './pool.ts';

/** Pools whose volumes are files in one folder: only there can an image be laid over another by its path. */
const FILE_POOLS = new Set(['dir', 'fs', 'netfs']);

/** virStoragePoolCreateFlags: makes the folder first; for other pools that would mean more than a folder */
const WITH_BUILD = 1;

const PREPARE_DEADLINE = 120_000;

/** The name that libvirt's tools give the usual pool. */
export const DEFAULT_POOL = 'default';

async function lookup(
  connection: LibvirtConnection,
  name: string,
  options: CallOptions,
): Promise<PoolRef | null> {
  try {
    return (await connection.call(storagePool.lookupByName, { name }, options)).pool;
  } catch (error) {
    if (isVirError(error, VIR_ERR.noStoragePool)) return null;
    throw error;
  }
}

async function allPools(connection: LibvirtConnection, options: CallOptions): Promise<PoolRef[]> {
  const flags = LIST_POOLS.active | LIST_POOLS.inactive;
  return (await connection.call(connect.listAllStoragePools, { needResults: 1, flags }, options)).pools;
}

async function describe(connection: LibvirtConnection, pool: PoolRef, options: CallOptions) {
  const { xml } = await connection.call(storagePool.getXmlDesc, { pool, flags: 0 }, options);
  return readXml(poolXml, xml);
}

function missing(name: string, existing: readonly PoolRef[]): ExpectedError {
  const names = existing.map((pool) => pool.name);
  return new ExpectedError('host.pool_missing', `The host has no storage pool "${name}"`, {
    remedy:
      names.length > 0
        ? `Choose one that it has: ${names.join(', ')}.`
        : 'Make a pool of type dir on the host, or choose "default" to have it made.',
    details: { pools: names },
  });
}

/** The pool of this name, or, for `default`, the one that uses the usual folder under another name. */
async function findPool(
  connection: LibvirtConnection,
  name: string,
  usualPath: string | null,
  options: CallOptions,
): Promise<PoolRef | null> {
  const named = await lookup(connection, name, options);
  if (named || name !== DEFAULT_POOL || usualPath === null) return named;
  for (const pool of await allPools(connection, options)) {
    if ((await describe(connection, pool, options)).path === usualPath) return pool;
  }
  return null;
}

/**
 * The pool as it is; makes and starts nothing.
 * @throws ExpectedError `host.pool_missing`
 */
export async function openPool(
  connection: LibvirtConnection,
  name: string,
  usualPath: string | null,
  options: CallOptions,
): Promise<StoragePool> {
  const found = await findPool(connection, name, usualPath, options);
  if (!found) throw missing(name, await allPools(connection, options));
  const { type = 'unknown', path } = await describe(connection, found, options);
  if (path === undefined || !FILE_POOLS.has(type)) {
    throw new ExpectedError('host.pool_missing', `The storage pool "${name}" is of type ${type}`, {
      remedy: 'Choose a pool of type dir, fs or netfs: images are files.',
    });
  }
  return new StoragePool(connection, found, path);
}

/**
 * Makes sure that the pool is there and runs; makes `default` where there is none.
 * @param usualPath the folder for a new `default`, or null where it is not known
 */
export async function preparePool(
  connection: LibvirtConnection,
  name: string,
  usualPath: string | null,
  options: CallOptions,
): Promise<void> {
  const limits = { ...options, deadline: PREPARE_DEADLINE };
  let pool = await findPool(connection, name, usualPath, options);
  if (!pool) {
    if (name !== DEFAULT_POOL || usualPath === null) {
      throw missing(name, await allPools(connection, options));
    }
    const xml = buildXml(poolXml, { type: 'dir', name, path: usualPath });
    pool = (await connection.call(storagePool.defineXml, { xml, flags: 0 }, options)).pool;
  }
  if ((await connection.call(storagePool.isActive, { pool }, options)).active) return;
  const { type } = await describe(connection, pool, options);
  await connection.call(storagePool.create, { pool, flags: type === 'dir' ? WITH_BUILD : 0 }, limits);
  await connection.call(storagePool.setAutostart, { pool, autostart: true }, options);
}
