import type { Filter } from '../filter.ts';

/**
 * Where an aggregate's metadata names a property of the image, the image's value must be one of its values. An image
 * without the property may go anywhere. Source: nova/scheduler/filters/aggregate_image_properties_isolation.py, which
 * reads standard properties only; here every property counts.
 */
export const aggregateImagePropertiesIsolation: Filter = {
  name: 'AggregateImagePropertiesIsolation',
  description: "A property that both the image and the host's aggregates name must agree.",
  onByDefault: false,
  reads: ['*'],
  judge({ image }) {
    const properties = Object.entries(image?.properties ?? {}).filter(([, value]) => value !== '');
    if (properties.length === 0) return null;
    return ({ aggregateMetadata }) => {
      for (const [key, value] of properties) {
        const values = aggregateMetadata.get(key);
        if (values === undefined || values.has(value)) continue;
        return `the image has ${key} ${value}, the host's aggregates take ${[...values].join(', ')} only`;
      }
      return null;
    };
  },
};
