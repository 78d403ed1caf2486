import type { Catalogue } from '../catalogue.ts';

export const consoles: Catalogue['consoles'] = {
  title: 'Bảng điều khiển',
};
