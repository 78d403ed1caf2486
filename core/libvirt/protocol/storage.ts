import { procedure, streaming } from './procedure.ts';
import { LIST_MAX, poolRef, text, uuid, volumeRef } from './types.ts';
import { array, bool, int, nothing, size, struct, uint } from './xdr.ts';

/** virStorageVolUploadFlags, virStorageVolDownloadFlags */
export const SPARSE_STREAM = 1;
/** virStorageVolInfoFlags: `physical` gives the file's length in place of its allocation */
export const VOLUME_INFO = { allocation: 0, physical: 1 } as const;

const pool = struct({ pool: poolRef });
const poolFlags = struct({ pool: poolRef, flags: uint });
const volume = struct({ volume: volumeRef });
const volumeFlags = struct({ volume: volumeRef, flags: uint });
const xml = struct({ xml: text });
const volumeInfo = struct({ type: int, capacity: size, allocation: size });
/** bytes; `length` 0: to the end */
const range = struct({ volume: volumeRef, offset: size, length: size, flags: uint });

export const storagePool = {
  lookupByName: procedure('storage_pool_lookup_by_name', 84, struct({ name: text }), pool),
  lookupByUuid: procedure('storage_pool_lookup_by_uuid', 85, struct({ uuid }), pool),
  lookupByVolume: procedure('storage_pool_lookup_by_volume', 86, volume, pool),
  lookupByTargetPath: procedure('storage_pool_lookup_by_target_path', 391, struct({ path: text }), pool),
  defineXml: procedure('storage_pool_define_xml', 77, struct({ xml: text, flags: uint }), pool),
  undefine: procedure('storage_pool_undefine', 82, pool, nothing),
  build: procedure('storage_pool_build', 79, poolFlags, nothing),
  create: procedure('storage_pool_create', 78, poolFlags, nothing),
  destroy: procedure('storage_pool_destroy', 80, pool, nothing),
  delete: procedure('storage_pool_delete', 81, poolFlags, nothing),
  refresh: procedure('storage_pool_refresh', 83, poolFlags, nothing),
  /** bytes; `state` 2 is running (virStoragePoolState) */
  getInfo: procedure(
    'storage_pool_get_info',
    87,
    pool,
    struct({ state: uint, capacity: size, allocation: size, available: size }),
  ),
  getXmlDesc: procedure('storage_pool_get_xml_desc', 88, poolFlags, xml),
  isActive: procedure('storage_pool_is_active', 154, pool, struct({ active: bool })),
  getAutostart: procedure('storage_pool_get_autostart', 89, pool, struct({ autostart: bool })),
  setAutostart: procedure(
    'storage_pool_set_autostart',
    90,
    struct({ pool: poolRef, autostart: bool }),
    nothing,
  ),
  listAllVolumes: procedure(
    'storage_pool_list_all_volumes',
    282,
    struct({ pool: poolRef, needResults: int, flags: uint }),
    struct({ volumes: array(volumeRef, LIST_MAX), count: uint }),
  ),
} as const;

export const storageVolume = {
  lookupByName: procedure('storage_vol_lookup_by_name', 95, struct({ pool: poolRef, name: text }), volume),
  lookupByKey: procedure('storage_vol_lookup_by_key', 96, struct({ key: text }), volume),
  lookupByPath: procedure('storage_vol_lookup_by_path', 97, struct({ path: text }), volume),
  createXml: procedure(
    'storage_vol_create_xml',
    93,
    struct({ pool: poolRef, xml: text, flags: uint }),
    volume,
  ),
  /** copies the bytes of `clone` */
  createXmlFrom: procedure(
    'storage_vol_create_xml_from',
    125,
    struct({ pool: poolRef, xml: text, clone: volumeRef, flags: uint }),
    volume,
  ),
  delete: procedure('storage_vol_delete', 94, volumeFlags, nothing),
  /** bytes */
  getInfo: procedure('storage_vol_get_info', 98, volume, volumeInfo),
  getInfoFlags: procedure('storage_vol_get_info_flags', 378, volumeFlags, volumeInfo),
  getXmlDesc: procedure('storage_vol_get_xml_desc', 99, volumeFlags, xml),
  getPath: procedure('storage_vol_get_path', 100, volume, struct({ path: text })),
  resize: procedure(
    'storage_vol_resize',
    260,
    struct({ volume: volumeRef, capacity: size, flags: uint }),
    nothing,
  ),
  upload: streaming('storage_vol_upload', 208, 'write', range, nothing),
  download: streaming('storage_vol_download', 209, 'read', range, nothing),
} as const;
