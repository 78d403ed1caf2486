import type { Catalogue } from '../catalogue.ts';

export const launch: Catalogue['launch'] = {
  title: 'Tạo máy ảo',
};
