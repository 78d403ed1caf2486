/** What a server names in its first packet. RFC 4253 section 7.1. */
export interface ServerOffer {
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  /** server to client */
  readonly ciphers: readonly string[];
  /** server to client */
  readonly macs: readonly string[];
}

const KEXINIT = 20;
const COOKIE_LENGTH = 16;
// Banner lines may come before the identification; nobody sends more than this before the key exchange.
const LONGEST_HELLO = 64 * 1024;

function readNameLists(payload: Buffer): string[][] | null {
  const lists: string[][] = [];
  let at = 1 + COOKIE_LENGTH;
  while (lists.length < 6) {
    if (at + 4 > payload.length) return null;
    const end = at + 4 + payload.readUInt32BE(at);
    if (end > payload.length) return null;
    lists.push(payload.toString('latin1', at + 4, end).split(','));
    at = end;
  }
  return lists;
}

/**
 * Looks at a server's first bytes as they go by, in clear text: its identification and its KEXINIT. ssh2 tells neither
 * whether the key exchange is strict nor what a server offered when nothing was common.
 */
export class ServerHello {
  #seen: Buffer = Buffer.alloc(0);
  #done = false;
  identification: string | null = null;
  offer: ServerOffer | null = null;

  /** true once a byte has come */
  get spoke(): boolean {
    return this.#seen.length > 0;
  }

  /** The first line, cleaned for showing. */
  get firstLine(): string {
    const line = this.#seen.toString('latin1').split('\n', 1)[0] ?? '';
    return line.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 80);
  }

  push(chunk: Buffer): void {
    if (this.#done) return;
    this.#seen = Buffer.concat([this.#seen, chunk]);
    const match = /(?:^|\n)(SSH-[^\r\n]*)\r?\n/.exec(this.#seen.toString('latin1'));
    if (match?.[1] !== undefined) {
      this.identification = match[1];
      this.#readOffer(this.#seen.subarray(match.index + match[0].length));
    }
    if (this.#seen.length > LONGEST_HELLO) this.#done = true;
  }

  #readOffer(packet: Buffer): void {
    if (packet.length < 6) return;
    const length = packet.readUInt32BE(0);
    if (length > LONGEST_HELLO) this.#done = true;
    if (this.#done || packet.length < 4 + length) return;
    this.#done = true;
    const payload = packet.subarray(5, 4 + length - (packet[4] ?? 0));
    if (payload[0] !== KEXINIT) return;
    const [kex, hostKeys, , ciphers, , macs] = readNameLists(payload) ?? [];
    if (kex && hostKeys && ciphers && macs) this.offer = { kex, hostKeys, ciphers, macs };
  }
}
