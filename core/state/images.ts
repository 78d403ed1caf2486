import type { Selectable } from 'kysely';
import { Image } from '../contract/index.ts';
import type { Reader, Tx } from './database.ts';
import { prepared } from './prepared.ts';
import { q } from './query.ts';
import { fromJson, parseRow, parseRows } from './rows.ts';
import type { ImagesTable } from './schema.ts';

type Row = Selectable<ImagesTable>;

const fromRow = (row: Row, cachedOn: readonly string[]): Image =>
  parseRow('images', row.id, Image, () => ({
    id: row.id,
    name: row.name,
    status: row.status,
    diskFormat: row.disk_format,
    size: row.size,
    virtualSize: row.virtual_size,
    sha256: row.sha256,
    minDisk: row.min_disk,
    minRam: row.min_ram,
    properties: fromJson(row.properties_json),
    cachedOn,
    createdAt: row.created_at,
    revision: row.revision,
  }));

const toRow = (image: Image): Row => ({
  id: image.id,
  name: image.name,
  status: image.status,
  disk_format: image.diskFormat,
  size: image.size,
  virtual_size: image.virtualSize,
  sha256: image.sha256,
  min_disk: image.minDisk,
  min_ram: image.minRam,
  properties_json: JSON.stringify(image.properties),
  created_at: image.createdAt,
  revision: image.revision,
});

const all = q.selectFrom('images').selectAll();
const copies = q.selectFrom('image_copies').select(['image_id', 'host_id']).orderBy('host_id');

const byId = prepared(({ id }: { id: string }) => all.where('id', '=', id));
const copiesById = prepared(({ id }: { id: string }) => copies.where('image_id', '=', id));

function copiesOf(reader: Reader, id: string): string[] {
  return reader.all(copiesById({ id })).map((row) => row.host_id);
}

export function listImages(reader: Reader): Image[] {
  const byImage = Map.groupBy(reader.all(copies), (row) => row.image_id);
  return parseRows(reader, reader.all(all.orderBy('name').orderBy('created_at')), (row) =>
    fromRow(
      row,
      (byImage.get(row.id) ?? []).map((copy) => copy.host_id),
    ),
  );
}

/** The ids of all, damaged rows included: what belongs to one of them must not be swept away. */
export function listImageIds(reader: Reader): string[] {
  return reader.all(q.selectFrom('images').select('id')).map(({ id }) => id);
}

/** Those whose id or name is `ref`; images may share a name, as Glance's may. */
export function findImages(reader: Reader, ref: string): Image[] {
  return reader
    .all(all.where((eb) => eb.or([eb('id', '=', ref), eb('name', '=', ref)])))
    .map((row) => fromRow(row, copiesOf(reader, row.id)));
}

export function getImage(reader: Reader, id: string): Image | undefined {
  const row = reader.first(byId({ id }));
  return row && fromRow(row, copiesOf(reader, id));
}

function publish(tx: Tx, image: Image): Image {
  tx.publish({ type: 'image.changed', value: image });
  return image;
}

export function insertImage(tx: Tx, values: Omit<Image, 'revision' | 'cachedOn'>): Image {
  const image = { ...values, cachedOn: [], revision: tx.nextRevision() };
  tx.run(q.insertInto('images').values(toRow(image)));
  return publish(tx, image);
}

/** @returns undefined when the image is gone meanwhile */
export function updateImage(
  tx: Tx,
  id: string,
  set: Partial<Omit<Image, 'id' | 'revision' | 'cachedOn' | 'createdAt'>>,
): Image | undefined {
  const before = getImage(tx, id);
  if (before === undefined) return undefined;
  const image = { ...before, ...set, revision: tx.nextRevision() };
  tx.run(q.updateTable('images').set(toRow(image)).where('id', '=', id));
  return publish(tx, image);
}

export function deleteImage(tx: Tx, id: string): void {
  if (tx.run(q.deleteFrom('images').where('id', '=', id)) === 0) return;
  tx.publish({ type: 'deleted', resource: 'image', id, revision: tx.nextRevision() });
}

/** Notes that the host's pool holds a complete, verified copy. */
export function insertImageCopy(tx: Tx, imageId: string, hostId: string): void {
  const row = { image_id: imageId, host_id: hostId, verified_at: tx.now() };
  tx.run(
    q
      .insertInto('image_copies')
      .values(row)
      .onConflict((oc) => oc.columns(['image_id', 'host_id']).doUpdateSet({ verified_at: row.verified_at })),
  );
  updateImage(tx, imageId, {});
}

export function deleteImageCopy(tx: Tx, imageId: string, hostId: string): void {
  const copy = q.deleteFrom('image_copies').where('image_id', '=', imageId).where('host_id', '=', hostId);
  if (tx.run(copy) > 0) updateImage(tx, imageId, {});
}
