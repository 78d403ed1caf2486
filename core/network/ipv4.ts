/** Dotted IPv4 addresses as numbers, so that ranges can be walked. */

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** null for what is no IPv4 address */
export function ipv4ToNumber(text: string): number | null {
  const parts = DOTTED.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export function ipv4ToText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** First and last address of the subnet that holds this one. */
export function subnetOf(address: number, prefix: number): { first: number; last: number } {
  const size = 2 ** (32 - prefix);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

/** Bits of a netmask; null for what is none. */
export function prefixOf(netmask: string): number | null {
  const mask = ipv4ToNumber(netmask);
  if (mask === null) return null;
  const zeros = 2 ** 32 - mask;
  const bits = Math.log2(zeros);
  return Number.isInteger(bits) ? 32 - bits : null;
}
