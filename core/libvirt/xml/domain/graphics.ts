import { one, text, whole, yesNo } from '../fields.ts';
import { mapper } from '../mapper.ts';

const listen = mapper('listen', {
  /** `socket` or `address` */
  type: text('@type'),
  address: text('@address'),
  /** path of the UNIX socket, in a running guest's XML only */
  socket: text('@socket'),
});

/** The VNC display. https://libvirt.org/formatdomain.html#graphical-framebuffers */
export const graphics = mapper('graphics', {
  type: text('@type'),
  /** TCP port, in a running guest's XML only */
  port: whole('@port'),
  autoport: yesNo('@autoport'),
  password: text('@passwd'),
  socket: text('@socket'),
  listen: one(listen),
});
