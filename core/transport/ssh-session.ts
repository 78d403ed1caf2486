import type { Duplex } from 'node:stream';
import ssh2, { type Client } from 'ssh2';
import { ExpectedError } from '../domain/errors.ts';
import { algorithmsFor, type Negotiated, terrapinRisk } from './algorithms.ts';
import { withDeadline } from './deadline.ts';
import type { DialerDeps } from './dial-options.ts';
import { gatherWrites } from './gather-writes.ts';
import { checkHostKey, fingerprint, type KnownHostLine, keyType, knownKeyTypes } from './known-hosts.ts';
import { Login } from './login.ts';
import type { Hop } from './route.ts';
import { ServerHello } from './server-hello.ts';
import { handshakeError, hostKeyError, noCommonAlgorithm } from './ssh-errors.ts';
import { type StepLimits, timedOut } from './tcp.ts';
import { keepaliveInterval } from './watchdog.ts';

/** Logging in may take several tries, each of which a server slows down on purpose. Times the usual deadline. */
const LOGIN_PATIENCE = 3;

/** One SSH connection in the making, over a byte stream that is there already. */
export class SshSession {
  readonly client: Client = new ssh2.Client();
  readonly #hop: Hop;
  readonly #deps: DialerDeps;
  readonly #socket: Duplex;
  readonly #hello = new ServerHello();
  readonly #login: Login;
  readonly #lost = Promise.withResolvers<never>();
  readonly #negotiated = Promise.withResolvers<Negotiated>();
  readonly #verified = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  #lines: readonly KnownHostLine[] = [];
  #hostKey: Buffer | null = null;
  #newKey = false;
  #hostKeyError: ExpectedError | null = null;

  constructor(hop: Hop, socket: Duplex, deps: DialerDeps) {
    this.#hop = hop;
    this.#deps = deps;
    this.#socket = socket;
    this.#login = new Login(hop, deps.secrets);
    for (const { promise } of [this.#lost, this.#negotiated, this.#verified, this.#ready]) {
      promise.catch(() => undefined);
    }
  }

  /**
   * Exchanges keys and checks the host's; a new one that was accepted is stored.
   * @returns what was found, in words
   * @throws ExpectedError `transport.not_ssh`, `transport.host_key_*`, `transport.no_common_algorithm`,
   * `transport.closed`, `transport.timeout`, `cancelled`
   */
  async handshake(limits: StepLimits, linkTimeout: number): Promise<string> {
    this.#lines = await this.#deps.knownHosts.lines();
    return this.#step(
      limits,
      () => this.#silence(limits.deadline),
      async () => {
        const negotiated = await this.#exchangeKeys(linkTimeout);
        const risk = terrapinRisk(negotiated, this.#hello.offer);
        if (risk !== null) {
          throw noCommonAlgorithm(
            this.#hop,
            this.#hello,
            `without strict key exchange ${risk} is not safe (CVE-2023-48795)`,
          );
        }
        const known = await this.#storeNewKey();
        this.#verified.resolve();
        return known;
      },
    );
  }

  /**
   * @returns how, in words
   * @throws ExpectedError `transport.auth_failed`, `transport.passphrase_*`, `transport.key_unreadable`,
   * `transport.closed`, `transport.timeout`, `cancelled`
   */
  async login(limits: StepLimits): Promise<string> {
    const deadline = limits.deadline * LOGIN_PATIENCE;
    const remedy =
      'Look at the log of the SSH server on the host; slow name look-ups there are a usual cause.';
    const late = (): ExpectedError =>
      timedOut(`${this.#hop.label} did not finish the login`, deadline, remedy);
    return this.#step({ ...limits, deadline }, late, async () => {
      await Promise.race([this.#ready.promise, this.#lost.promise]).catch((error) => {
        throw this.#loginError(error);
      });
      return `${this.#hop.user}, by ${this.#login.current}`;
    });
  }

  async #step<T>(limits: StepLimits, onTimeout: () => ExpectedError, work: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline({ ...limits, onTimeout }, work);
    } catch (error) {
      this.#verified.reject(error);
      this.#socket.destroy();
      throw error;
    }
  }

  async #exchangeKeys(linkTimeout: number): Promise<Negotiated> {
    try {
      this.#start(linkTimeout);
      return await Promise.race([this.#negotiated.promise, this.#lost.promise]);
    } catch (error) {
      throw this.#hostKeyError ?? handshakeError(this.#hop, this.#hello, error);
    }
  }

  #start(linkTimeout: number): void {
    const { client } = this;
    // A server may hang up before anybody listens, and nothing more is heard of it then.
    if (this.#socket.destroyed || this.#socket.readableEnded) throw new Error('the connection was closed');
    client.on('error', (error) => this.#onError(error));
    client.on('close', () => this.#lost.reject(new Error('the connection was closed')));
    client.on('handshake', (negotiated) => this.#negotiated.resolve(negotiated));
    client.on('ready', () => this.#ready.resolve());
    // Answers to what arrives, and what waited for room in a channel, go out while it is taken in: ssh2 listens after this.
    this.#socket.on('data', () => gatherWrites(this.#socket));
    const look = (chunk: Buffer): void => this.#hello.push(chunk);
    this.#socket.on('data', look);
    client.once('handshake', () => this.#socket.off('data', look));
    client.connect({
      sock: this.#socket,
      username: this.#hop.user,
      algorithms: algorithmsFor(knownKeyTypes(this.#lines, this.#hop.keyName.host, this.#hop.keyName.port)),
      hostVerifier: (key: Buffer) => this.#verify(key),
      // Servers other than OpenSSH can open sockets too; one that cannot says so itself.
      strictVendor: false,
      readyTimeout: 0,
      keepaliveInterval: keepaliveInterval(linkTimeout),
      // Whether the link is dead is the watchdog's to say: it counts all that arrives, not the answers alone.
      keepaliveCountMax: Number.POSITIVE_INFINITY,
      ident: 'Micronova',
      authHandler: (left, _partial, next) => void this.#offerNext(left, next),
    });
  }

  #onError(error: Error & { level?: string }): void {
    // These two end one offer, not the login.
    if (error.level === 'agent' || error.level === 'client-authentication') this.#login.note(error);
    else this.#lost.reject(error);
  }

  // Asked again at every renewal of the keys, when only the same key will do.
  #verify(key: Buffer): boolean {
    if (this.#hostKey !== null) return this.#hostKey.equals(key);
    this.#hostKey = Buffer.from(key);
    const { keyName } = this.#hop;
    const verdict = checkHostKey(this.#lines, keyName.host, keyName.port, key);
    if (verdict.result === 'known') return true;
    this.#newKey = verdict.result === 'unknown' && this.#deps.acceptHostKey === fingerprint(key);
    if (!this.#newKey) this.#hostKeyError = hostKeyError(this.#hop, key, verdict, this.#deps.acceptHostKey);
    return this.#newKey;
  }

  async #storeNewKey(): Promise<string> {
    const key = this.#hostKey;
    if (key === null) throw new Error('keys were exchanged without a host key');
    // Only now has the host proved that it holds the key.
    const { host, port } = this.#hop.keyName;
    if (this.#newKey) await this.#deps.knownHosts.add(host, port, key);
    return `${keyType(key) ?? 'key'} ${fingerprint(key)}${this.#newKey ? ', accepted and stored' : ''}`;
  }

  async #offerNext(
    ...[left, next]: [Parameters<Login['next']>[0], (method: AuthMethod) => void]
  ): Promise<void> {
    try {
      // Nothing of the person's is sent before the host has been recognised.
      await this.#verified.promise;
      const method = await this.#login.next(left);
      if (method === null) this.#lost.reject(this.#login.failure());
      else next(method);
    } catch (error) {
      this.#lost.reject(error);
    }
  }

  #silence(deadline: number): ExpectedError {
    const { label } = this.#hop;
    const what = this.#hello.spoke
      ? `${label} did not finish the key exchange`
      : `${label} took the connection but said nothing`;
    return timedOut(
      what,
      deadline,
      'Check that an SSH server listens there, and that the host is not overloaded.',
    );
  }

  #loginError(error: unknown): ExpectedError {
    if (error instanceof ExpectedError) return error;
    return this.#login.failure(error);
  }
}

type AuthMethod = NonNullable<Awaited<ReturnType<Login['next']>>>;
