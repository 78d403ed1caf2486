import type { ErrorCode } from '../contract/index.ts';
import { ExpectedError, isExpected } from '../domain/errors.ts';
import { DEFAULT_LINK_TIMEOUT, type DialerDeps, type DialReport, type DialStep } from './dial-options.ts';
import type { Dialer, Link, OpenOptions } from './dialer.ts';
import { currentEnvironment } from './platform.ts';
import { type Hop, planRoute, type SshAddress } from './route.ts';
import { type LinkSocket, SshLink } from './ssh-link.ts';
import { SshSession } from './ssh-session.ts';
import { connectTcp, resolveHost, type StepLimits } from './tcp.ts';

/** Failures of a jump host that ask a person something, or already say what it is about. */
const SPEAKS_FOR_ITSELF: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'transport.host_key_unknown',
  'transport.host_key_changed',
  'transport.host_key_revoked',
  'transport.passphrase_needed',
  'transport.passphrase_wrong',
  'transport.jump_failed',
  'cancelled',
]);

function ofHop(hop: Hop, error: unknown): unknown {
  if (!hop.isJump || !isExpected(error) || SPEAKS_FOR_ITSELF.has(error.code)) return error;
  return new ExpectedError(
    'transport.jump_failed',
    `The jump host ${hop.label} cannot be passed. ${error.message}`,
    {
      cause: error.cause,
      remedy: error.remedy,
      details: { ...error.details, code: error.code },
    },
  );
}

/** To a host over SSH, through its jump hosts. */
export class SshDialer implements Dialer {
  readonly #address: SshAddress;
  readonly #deps: DialerDeps;
  readonly #linkTimeout: number;

  constructor(address: SshAddress, deps: DialerDeps) {
    this.#address = address;
    this.#deps = deps;
    this.#linkTimeout = deps.linkTimeout ?? DEFAULT_LINK_TIMEOUT;
  }

  async connect(options: OpenOptions = {}): Promise<Link> {
    const limits = { signal: options.signal, deadline: options.deadline ?? this.#linkTimeout };
    const hops = await planRoute(this.#address, this.#deps.environment ?? currentEnvironment());
    let link: SshLink | null = null;
    try {
      for (const hop of hops) link = await this.#pass(hop, link, limits);
    } catch (error) {
      link?.close();
      throw error;
    }
    if (link === null) throw new Error('a route without a hop');
    return link;
  }

  async #pass(hop: Hop, parent: SshLink | null, limits: StepLimits): Promise<SshLink> {
    const socket = await (parent === null ? this.#direct(hop, limits) : this.#through(hop, parent, limits));
    const session = new SshSession(hop, socket, this.#deps);
    await this.#step(hop, 'host-key', () => session.handshake(limits, this.#linkTimeout), String);
    await this.#step(hop, 'login', () => session.login(limits), String);
    return new SshLink({ hop, client: session.client, socket, parent, linkTimeout: this.#linkTimeout });
  }

  async #direct(hop: Hop, limits: StepLimits): Promise<LinkSocket> {
    const addresses = await this.#step(
      hop,
      'resolve',
      () => resolveHost(hop.host, limits),
      (found) => found.map(({ address }) => address).join(', '),
    );
    return this.#step(
      hop,
      'connect',
      () => connectTcp(hop.host, addresses, hop.port, limits),
      (socket) => `${socket.remoteAddress ?? hop.host} port ${hop.port}`,
    );
  }

  async #through(hop: Hop, parent: SshLink, limits: StepLimits): Promise<LinkSocket> {
    await this.#step(
      hop,
      'resolve',
      async () => hop.host,
      (host) => `${host}, left to the jump host`,
    );
    return this.#step(
      hop,
      'connect',
      () => parent.openTcpStream(hop.host, hop.port, limits),
      () => `${hop.host} port ${hop.port}, through the jump host`,
    );
  }

  async #step<T>(
    hop: Hop,
    step: DialStep,
    work: () => Promise<T>,
    describe: (value: T) => string,
  ): Promise<T> {
    const start = performance.now();
    const tell = (end: Pick<DialReport, 'result' | 'detail' | 'error'>): void =>
      this.#deps.onStep?.({
        step,
        jump: hop.isJump ? hop.label : null,
        milliseconds: performance.now() - start,
        ...end,
      });
    try {
      const value = await work();
      tell({ result: 'ok', detail: describe(value), error: null });
      return value;
    } catch (thrown) {
      const error = ofHop(hop, thrown);
      const told = isExpected(error) ? error : null;
      tell({ result: 'failed', detail: told?.message ?? String(error), error: told });
      throw error;
    }
  }
}
