import type { Catalogue } from '../catalogue.ts';

export const images: Catalogue['images'] = {
  title: 'Ảnh đĩa',
};
