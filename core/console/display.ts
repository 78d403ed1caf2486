import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ExpectedError } from '../domain/errors.ts';
import type { CallOptions, LibvirtConnection } from '../libvirt/connection.ts';
import { AFFECT, domain as procedures } from '../libvirt/protocol/domain.ts';
import type { DomainRef } from '../libvirt/protocol/types.ts';
import { domain as domainXml } from '../libvirt/xml/domain/domain.ts';
import { graphics } from '../libvirt/xml/domain/graphics.ts';
import { patchedPart, readXml } from '../libvirt/xml/mapper.ts';
import type { Link } from '../transport/dialer.ts';

/** VNC's own authentication looks at eight characters and no more. RFC 6143 section 7.2.2 */
const PASSWORD_LENGTH = 8;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Milliseconds in which a client has to log in with the password that it was given. */
const PASSWORD_VALID = 30_000;

/** VIR_DOMAIN_XML_SECURE */
const WITH_PASSWORDS = 1;

export function randomPassword(): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

export interface OpenDisplay {
  readonly stream: Duplex;
  /** null where the socket itself is the guard */
  readonly password: string | null;
}

/**
 * The VNC displays of one host. Where a display listens on 127.0.0.1 every session gets a new password, and another
 * one that nobody knows takes its place soon after: not libvirt's own expiry date, which goes by the host's clock, and
 * that may be wrong.
 */
export class Displays implements Disposable {
  readonly #link: Link;
  readonly #connection: LibvirtConnection;
  readonly #expiries = new Map<string, NodeJS.Timeout>();

  constructor(link: Link, connection: LibvirtConnection) {
    this.#link = link;
    this.#connection = connection;
  }

  /** @throws ExpectedError `instance.no_console`, `transport.*` */
  async open(domain: DomainRef, options: CallOptions): Promise<OpenDisplay> {
    const xml = await this.#liveXml(domain, options);
    const { graphics: displays, metadata } = readXml(domainXml, xml);
    const display = displays?.find((device) => device.type === 'vnc');
    const socket = display?.listen?.socket ?? display?.socket;
    if (socket !== undefined) {
      return { stream: await this.#link.openSocket(socket, options), password: null };
    }
    const port = display?.port;
    if (port === undefined || port === 0) throw noDisplay(domain);
    // An adopted guest's password, or that it has none, is somebody else's doing, and stays.
    if (metadata?.origin === 'adopted') return this.#asItIs(domain, port, options);
    const password = randomPassword();
    await this.#setPassword(domain, xml, password, options);
    this.#expire(domain);
    return { stream: await this.#link.openTcp('127.0.0.1', port, options), password };
  }

  async #asItIs(domain: DomainRef, port: number, options: CallOptions): Promise<OpenDisplay> {
    const { graphics: displays } = readXml(domainXml, await this.#liveXml(domain, options, WITH_PASSWORDS));
    const password = displays?.find((device) => device.type === 'vnc')?.password ?? null;
    return { stream: await this.#link.openTcp('127.0.0.1', port, options), password };
  }

  async #liveXml(domain: DomainRef, options: CallOptions, flags = 0): Promise<string> {
    return (await this.#connection.call(procedures.getXmlDesc, { domain, flags }, options)).xml;
  }

  async #setPassword(domain: DomainRef, xml: string, password: string, options: CallOptions): Promise<void> {
    const place = { root: 'domain', under: 'devices' };
    const device = patchedPart(graphics, xml, place, { password });
    if (device === null) throw noDisplay(domain);
    const args = { domain, xml: device, flags: AFFECT.live };
    await this.#connection.call(procedures.updateDeviceFlags, args, options);
  }

  #expire(domain: DomainRef): void {
    clearTimeout(this.#expiries.get(domain.uuid));
    const timer = setTimeout(() => {
      this.#expiries.delete(domain.uuid);
      // A guest that is off by now, or a host that is gone, takes its password with it.
      void this.#replacePassword(domain).catch(() => undefined);
    }, PASSWORD_VALID);
    timer.unref();
    this.#expiries.set(domain.uuid, timer);
  }

  async #replacePassword(domain: DomainRef): Promise<void> {
    await this.#setPassword(domain, await this.#liveXml(domain, {}), randomPassword(), {});
  }

  [Symbol.dispose](): void {
    for (const timer of this.#expiries.values()) clearTimeout(timer);
    this.#expiries.clear();
  }
}

function noDisplay(domain: DomainRef): ExpectedError {
  return new ExpectedError('instance.no_console', `The guest ${domain.name} has no VNC display now`, {
    remedy: 'Start the instance; if it runs, it was given another kind of display.',
  });
}
