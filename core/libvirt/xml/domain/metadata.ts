import { many, one, text, whole, yesNo } from '../fields.ts';
import { mapper } from '../mapper.ts';
import type { Infer } from '../types.ts';

/** Our own namespace, beside Nova's; a name, not an address. */
export const INSTANCE_NAMESPACE = { uri: 'https://micronova.dev/xmlns/instance/1', prefix: 'micronova' };

function ours<F extends Parameters<typeof mapper>[1]>(name: string, fields: F) {
  return mapper(name, fields, INSTANCE_NAMESPACE);
}

const item = ours('item', { key: text('@key'), value: text('@value') });

const flavor = ours('flavor', {
  id: text('@id'),
  name: text('@name'),
  vcpus: whole('@vcpus'),
  /** MiB */
  ram: whole('@ram'),
  /** GiB */
  disk: whole('@disk'),
  /** GiB */
  ephemeral: whole('@ephemeral'),
  /** MiB */
  swap: whole('@swap'),
  isPublic: yesNo('@public'),
  description: text('@description'),
  extraSpecs: many(item, 'extraSpecs'),
});

const image = ours('image', {
  id: text('@id'),
  name: text('@name'),
  sha256: text('@sha256'),
  diskFormat: text('@format'),
  size: whole('@size'),
  virtualSize: whole('@virtualSize'),
  properties: many(item, 'properties'),
});

/**
 * Enough about an instance to rebuild a lost database from the hosts. What a person typed stands in attributes: there
 * every character survives, while libvirt may trim or drop white space between tags.
 */
export const instanceMetadata = ours('instance', {
  id: text('@id'),
  name: text('@name'),
  hostname: text('@hostname'),
  createdAt: text('@created'),
  owner: text('@owner'),
  keyName: text('@keyName'),
  publicKey: text('@publicKey'),
  flavor: one(flavor),
  image: one(image),
  metadata: many(item, 'metadata'),
});
export type InstanceMetadata = Infer<typeof instanceMetadata>;

/** The pairs of a record, as the mapper writes them. */
export function toItems(record: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}
