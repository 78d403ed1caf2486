import type { Tx } from '../state/database.ts';
import { q } from '../state/query.ts';
import { ensureProvider, touchProvider } from './providers.ts';

/** Which traits a host must have, and which it must not. */
export interface TraitDemand {
  readonly required: readonly string[];
  readonly forbidden: readonly string[];
}

const KEY = 'trait:';

/** One of somebody's own, or one in a namespace of os-traits: which of those there are grows with every release. */
export function isKnownTrait(name: string): boolean {
  return /^(CUSTOM|COMPUTE|HW|MISC|OWNER|STORAGE)_[A-Z0-9_]+$/.test(name);
}

type Specs = Readonly<Record<string, string>>;

function namesOf(specs: Specs, wanted: 'required' | 'forbidden'): string[] {
  return Object.entries(specs).flatMap(([key, value]) =>
    key.startsWith(KEY) && value.trim() === wanted ? [key.slice(KEY.length)] : [],
  );
}

/**
 * What a flavor's extra specs and an image's properties ask of a host: `trait:NAME=required`, and in flavors
 * `trait:NAME=forbidden`. Source: `ResourceRequest` in nova/scheduler/utils.py, nova/objects/image_meta.py
 */
export function traitDemandOf(extraSpecs: Specs, properties: Specs): TraitDemand {
  const required = [...namesOf(extraSpecs, 'required'), ...namesOf(properties, 'required')];
  return { required: [...new Set(required)], forbidden: namesOf(extraSpecs, 'forbidden') };
}

/** Why a host with these traits will not do, in words; null when it will. */
export function traitRefusal(traits: ReadonlySet<string>, demand: TraitDemand): string | null {
  const missing = demand.required.filter((name) => !traits.has(name));
  const unwanted = demand.forbidden.filter((name) => traits.has(name));
  const words = [
    ...(missing.length > 0 ? [`has no trait ${missing.join(', ')}, which is required`] : []),
    ...(unwanted.length > 0 ? [`has the trait ${unwanted.join(', ')}, which is forbidden`] : []),
  ];
  return words.join('; ') || null;
}

/** @returns whether something was different */
function replace(tx: Tx, hostId: string, custom: boolean, traits: readonly string[]): boolean {
  const rows = tx.all(q.selectFrom('provider_traits').selectAll().where('provider_id', '=', hostId));
  const wanted = new Set(traits);
  const gone = rows.filter((row) => (row.custom === 1) === custom && !wanted.has(row.trait));
  const known = new Set(rows.map((row) => row.trait));
  const added = [...wanted].filter((trait) => !known.has(trait));
  for (const { trait } of gone) {
    tx.run(q.deleteFrom('provider_traits').where('provider_id', '=', hostId).where('trait', '=', trait));
  }
  for (const trait of added) {
    tx.run(q.insertInto('provider_traits').values({ provider_id: hostId, trait, custom: Number(custom) }));
  }
  return gone.length + added.length > 0;
}

/** Puts down what the host tells of itself; what a person has added stays. */
export function refreshTraits(tx: Tx, hostId: string, hostName: string, traits: readonly string[]): void {
  ensureProvider(tx, hostId, hostName);
  if (replace(tx, hostId, false, traits)) touchProvider(tx, hostId);
}

/** Replaces what a person has added. What the host tells itself needs no adding, and cannot be taken away. */
export function setCustomTraits(tx: Tx, hostId: string, hostName: string, traits: readonly string[]): void {
  ensureProvider(tx, hostId, hostName);
  if (replace(tx, hostId, true, traits)) touchProvider(tx, hostId);
}
