import { text, whole } from './fields.ts';
import { mapper } from './mapper.ts';

/** A storage volume. Sizes are bytes when their unit says so, as libvirt writes them and we ask for them. */
export const volume = mapper('volume', {
  name: text('name'),
  key: text('key'),
  capacityUnit: text('capacity/@unit'),
  capacity: whole('capacity'),
  allocationUnit: text('allocation/@unit'),
  allocation: whole('allocation'),
  /** bytes of the file, holes included */
  physical: whole('physical'),
  path: text('target/path'),
  /** seconds since 1970 with their fraction; absent where the pool keeps none */
  modified: text('target/timestamps/mtime'),
  format: text('target/format/@type'),
  /** `1.1` is what every QEMU of this century reads; without it libvirt asks for 0.10, which knows no zero clusters */
  compat: text('target/compat'),
  backingPath: text('backingStore/path'),
  backingFormat: text('backingStore/format/@type'),
});
