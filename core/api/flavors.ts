import type { Flavor, flavorMethods } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Database, Reader } from '../state/database.ts';
import { deleteFlavor, findFlavors, insertFlavor, listFlavors, updateFlavor } from '../state/flavors.ts';
import { refuseTaken, resolveOne } from './resolve.ts';
import type { Handlers } from './router.ts';

export function findFlavor(reader: Reader, ref: string, field?: string): Flavor {
  return resolveOne(findFlavors(reader, ref), ref, {
    what: 'flavor',
    notFound: 'flavor.not_found',
    ...(field !== undefined && { field }),
  });
}

function refuseTakenId(reader: Reader, id: string): void {
  if (!findFlavors(reader, id).some((flavor) => flavor.id === id)) return;
  throw new ExpectedError('name_taken', `There is a flavor with the id “${id}” already.`, {
    field: 'id',
    remedy: 'Choose another id, or leave it out for a new one.',
  });
}

function without(specs: Flavor['extraSpecs'], keys: readonly string[]): Flavor['extraSpecs'] {
  return Object.fromEntries(Object.entries(specs).filter(([key]) => !keys.includes(key)));
}

export function flavorHandlers(database: Database): Handlers<keyof typeof flavorMethods> {
  return {
    'flavor.create': ({ id, ...values }) =>
      database.write((tx) => {
        refuseTaken(findFlavors(tx, values.name), values.name, 'flavor');
        if (id !== undefined) refuseTakenId(tx, id);
        const chosen = id === undefined || id === 'auto' ? tx.uuid() : id;
        return insertFlavor(tx, { id: chosen, ...values, createdAt: tx.now() });
      }),
    'flavor.list': () => listFlavors(database),
    'flavor.show': ({ ref }) => findFlavor(database, ref),
    'flavor.set': ({ ref, description, extraSpecs, unsetExtraSpecs = [] }) =>
      database.write((tx) => {
        const flavor = findFlavor(tx, ref);
        return updateFlavor(tx, flavor, {
          ...(description !== undefined && { description }),
          extraSpecs: { ...without(flavor.extraSpecs, unsetExtraSpecs), ...extraSpecs },
        });
      }),
    // Allowed while instances use it, as in Nova: each has its own copy.
    'flavor.delete': ({ ref }) =>
      database.write((tx) => {
        const { id } = findFlavor(tx, ref);
        deleteFlavor(tx, id);
        return { id };
      }),
  };
}
