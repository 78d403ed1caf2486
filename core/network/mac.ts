import { randomUUID } from 'node:crypto';

/**
 * A new MAC address in the range that QEMU and libvirt use for guests.
 * @param uuid a random one: its last digits become the address's
 */
export function generateMac(uuid: string = randomUUID()): string {
  const [a, b, c] = [-6, -4, -2].map((at) => uuid.slice(at, at + 2 || undefined));
  return `52:54:00:${a}:${b}:${c}`;
}
