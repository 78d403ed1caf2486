import type { Catalogue } from '../catalogue.ts';

export const hypervisors: Catalogue['hypervisors'] = {
  title: 'Máy chủ',
};
