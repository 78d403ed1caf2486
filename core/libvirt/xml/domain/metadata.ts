import { many, one, text, whole, yesNo } from '../fields.ts';
import { mapper } from '../mapper.ts';
import type { Infer } from '../types.ts';

/** Our own namespace, beside Nova's; a name, not an address. */
export const INSTANCE_NAMESPACE = { uri: 'https://micronova.dev/xmlns/instance/1', prefix: 'micronova' };

type Namespace = typeof INSTANCE_NAMESPACE;

function instanceIn(namespace?: Namespace) {
  const ours = <F extends Parameters<typeof mapper>[1]>(name: string, fields: F) =>
    mapper(name, fields, namespace);
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

  const control = ours('control', {
    id: text('@id'),
    name: text('@name'),
    generation: whole('@generation'),
  });
  const previous = ours('previous', { id: text('@id'), name: text('@name'), at: text('@at') });
  const lock = ours('lock', { by: text('@by'), at: text('@at'), reason: text('@reason') });
  const group = ours('group', {
    id: text('@id'),
    name: text('@name'),
    policy: text('@policy'),
    maxServerPerHost: whole('@maxServerPerHost'),
  });
  const rescue = ours('rescue', {
    imageId: text('@imageId'),
    imageName: text('@imageName'),
    from: text('@from'),
  });
  const tag = ours('tag', { name: text('@name') });

  return ours('instance', {
    id: text('@id'),
    name: text('@name'),
    hostname: text('@hostname'),
    createdAt: text('@created'),
    owner: text('@owner'),
    project: text('@project'),
    description: text('@description'),
    keyName: text('@keyName'),
    publicKey: text('@publicKey'),
    mac: text('@mac'),
    origin: text('@origin'),
    requestedZone: text('@zone'),
    /** only whether there was any: it may hold secrets */
    hasUserData: yesNo('@userData'),
    /** JSON: a hint is a text or several */
    hints: text('@hints'),
    control: one(control),
    previous: one(previous),
    lock: one(lock),
    rescue: one(rescue),
    deletedFrom: text('@deletedFrom'),
    flavor: one(flavor),
    image: one(image),
    group: one(group),
    metadata: many(item, 'metadata'),
    tags: many(tag, 'tags'),
  });
}

/**
 * Enough about an instance to rebuild a lost database from the hosts. What a person typed stands in attributes: there
 * every character survives, while libvirt may trim or drop white space between tags.
 */
export const instanceMetadata = instanceIn(INSTANCE_NAMESPACE);
/** As libvirt's metadata calls take and give it: they see to the namespace themselves. */
export const bareInstanceMetadata = instanceIn();
export type InstanceMetadata = Infer<typeof instanceMetadata>;

/** Nova's own, for tools that read it. Source: nova/virt/libvirt/config.py `LibvirtConfigGuestMetaNovaInstance` */
export const NOVA_NAMESPACE = { uri: 'http://openstack.org/xmlns/libvirt/nova/1.1', prefix: 'nova' };

function novaIn(namespace?: Namespace) {
  const novas = <F extends Parameters<typeof mapper>[1]>(name: string, fields: F) =>
    mapper(name, fields, namespace);
  return novas('instance', {
    name: text('name'),
    creationTime: text('creationTime'),
    flavor: one(
      novas('flavor', {
        name: text('@name'),
        /** MiB */
        memory: whole('memory'),
        /** GiB */
        disk: whole('disk'),
        /** MiB */
        swap: whole('swap'),
        /** GiB */
        ephemeral: whole('ephemeral'),
        vcpus: whole('vcpus'),
      }),
    ),
    user: text('owner/user'),
    project: text('owner/project'),
    rootType: text('root/@type'),
    rootId: text('root/@uuid'),
  });
}

export const novaMetadata = novaIn(NOVA_NAMESPACE);
export const bareNovaMetadata = novaIn();
export type NovaMetadata = Infer<typeof novaMetadata>;

/** The pairs of a record, as the mapper writes them. */
export function toItems(record: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}
