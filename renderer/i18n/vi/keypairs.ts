import type { Catalogue } from '../catalogue.ts';

export const keypairs: Catalogue['keypairs'] = {
  title: 'Cặp khóa',
};
