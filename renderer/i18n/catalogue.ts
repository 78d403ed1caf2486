import type { en } from './en/index.ts';

/** Every other language says exactly what English says: a missing or surplus key does not compile. */
export type Catalogue = typeof en;
