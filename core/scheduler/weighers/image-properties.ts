import { propertyKey } from '../host-state.ts';
import type { Weigher } from '../weigher.ts';

/**
 * Counts what the images of a host's instances have in common with this one: instances of like images together with a
 * positive multiplier, apart with a negative one. Source: nova/scheduler/weights/image_props.py
 */
export const imageProperties: Weigher = {
  name: 'ImageProperties',
  description:
    'Hosts with instances of images with the same properties are better with a positive multiplier, worse with a negative one.',
  multiplier: 0,
  overriddenBy: 'image_props_weight_multiplier',
  scale({ image }) {
    const keys = Object.entries(image?.properties ?? {}).map(([key, value]) => propertyKey(key, value));
    if (keys.length === 0) return null;
    return (host) => keys.reduce((sum, key) => sum + (host.imageProperties.get(key) ?? 0), 0);
  },
};
