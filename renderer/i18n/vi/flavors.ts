import type { Catalogue } from '../catalogue.ts';

export const flavors: Catalogue['flavors'] = {
  title: 'Cấu hình máy',
};
