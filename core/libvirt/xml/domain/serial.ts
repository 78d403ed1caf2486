import { text, whole } from '../fields.ts';
import { mapper } from '../mapper.ts';

/** A serial port on a pseudo terminal, with its output kept in a file. https://libvirt.org/formatdomain.html#consoles-serial-parallel-channel-devices */
export const serial = mapper('serial', {
  type: text('@type'),
  logFile: text('log/@file'),
  /** `on`: a restart goes on with the same file */
  logAppend: text('log/@append'),
  port: whole('target/@port'),
});

/** The same port seen as the guest's main console. */
export const console = mapper('console', {
  type: text('@type'),
  targetType: text('target/@type'),
  port: whole('target/@port'),
});
