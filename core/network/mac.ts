import { randomBytes } from 'node:crypto';

/** A new MAC address in the range that QEMU and libvirt use for guests. */
export function generateMac(): string {
  const [a, b, c] = [...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `52:54:00:${a}:${b}:${c}`;
}
