import { hostname } from 'node:os';
import type { ControlId } from '../domain/control.ts';
import type { Database, Reader } from '../state/database.ts';
import { getMeta, setMeta } from '../state/meta.ts';
import { processCaller } from './context.ts';

const ID = 'control_id';
const NAME = 'control_name';

function read(reader: Reader): ControlId | null {
  const id = getMeta(reader, ID);
  const name = getMeta(reader, NAME);
  return id === undefined || name === undefined ? null : { id, name };
}

/** null: nothing was ever marked from this data folder */
export function ownControlId(reader: Reader): string | null {
  return read(reader)?.id ?? null;
}

/**
 * Who this Micronova is to others that share its hosts: the id is made once for each data folder, the name says who and
 * where, as `account@computer`, for people.
 */
export function controlIdentity(database: Database): ControlId {
  return read(database) ?? makeControlIdentity(database, `${processCaller().user}@${hostname()}`);
}

/** Keeps the id where there is one; an account or a computer may have another name by now. */
export function makeControlIdentity(database: Database, name: string): ControlId {
  return database.write((tx) => {
    const id = getMeta(tx, ID) ?? tx.uuid();
    setMeta(tx, ID, id);
    setMeta(tx, NAME, name);
    return { id, name };
  });
}
