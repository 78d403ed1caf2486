import type { Operation, Operations } from './operation.ts';

/** The same work for every kind. */
export function everyKind(operation: Operation): Operations {
  const make = () => operation;
  return {
    'instance.create': make,
    'instance.delete': make,
    'instance.start': make,
    'instance.stop': make,
    'instance.reboot': make,
    'instance.evacuate': make,
    'instance.redefine': make,
    'instance.describe': make,
    'instance.adopt': make,
    'instance.take_over': make,
    'instance.release': make,
    'recovery.run': make,
    'image.fetch': make,
    'instance.cleanup': make,
    'image.create': make,
    'image.upload': make,
    'image.delete': make,
    'image.cleanup': make,
  };
}
