/** Things of one kind by id, and the revisions at which others were deleted. */
export interface Collection<T> {
  readonly items: ReadonlyMap<string, T>;
  /** id → revision of its deletion: an older value that arrives late stays dead */
  readonly gone: ReadonlyMap<string, number>;
  /** the first list has arrived */
  readonly loaded: boolean;
}

export interface Revised {
  readonly id: string;
  readonly revision: number;
}

export function emptyCollection<T>(): Collection<T> {
  return { items: new Map(), gone: new Map(), loaded: false };
}

function isNews<T extends Revised>(collection: Collection<T>, value: T): boolean {
  const deletedAt = collection.gone.get(value.id);
  if (deletedAt !== undefined && deletedAt >= value.revision) return false;
  const known = collection.items.get(value.id);
  return known === undefined || known.revision < value.revision;
}

/** Takes each value that is newer than what is there, whatever order values and deletions arrive in. */
export function applyValues<T extends Revised>(
  collection: Collection<T>,
  values: readonly T[],
): Collection<T> {
  const news = values.filter((value) => isNews(collection, value));
  if (news.length === 0) return collection;
  const items = new Map(collection.items);
  for (const value of news) {
    const known = items.get(value.id);
    if (known === undefined || known.revision < value.revision) items.set(value.id, value);
  }
  return { ...collection, items };
}

export function applyDeletion<T extends Revised>(
  collection: Collection<T>,
  id: string,
  revision: number,
): Collection<T> {
  const known = collection.items.get(id);
  if (known !== undefined && known.revision > revision) return collection;
  const items = new Map(collection.items);
  items.delete(id);
  const gone = new Map(collection.gone);
  gone.set(id, Math.max(revision, gone.get(id) ?? 0));
  return { ...collection, items, gone };
}
