import type { HostSecrets } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';

/** What a way in asks for, so that whoever holds secrets can pick the right one. */
export interface SecretNeed {
  readonly kind: 'password' | 'passphrase';
  readonly user: string;
  /** `user@host:port` as the person knows it */
  readonly address: string;
  /** a jump host asks: the host's own password is not for it */
  readonly isJump: boolean;
  /** the key file whose passphrase is wanted */
  readonly keyFile?: string;
}

type Secrets = Pick<HostSecrets, 'password' | 'passphrase'>;

/** Answers without asking a person: what is not known now is `undefined`, and the way in fails with a code that says so. */
export type SecretsProvider = (need: SecretNeed) => Promise<Secrets | undefined>;

/** The operating system's key store. `available` is false where it would be no better than plain text. */
export interface SecretStore {
  readonly available: boolean;
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

const KINDS = ['password', 'passphrase'] as const;

function storeKey(hostId: string, kind: SecretNeed['kind']): string {
  return `host/${hostId}/${kind}`;
}

/** What a person typed for hosts: kept in memory, and in the operating system's key store on request. Never elsewhere. */
export class HostSecretsStore {
  readonly #memory = new Map<string, Secrets>();
  readonly #store: SecretStore | null;

  constructor(store: SecretStore | null) {
    this.#store = store;
  }

  /** @throws ExpectedError `secrets.no_safe_storage` when asked to remember where there is no safe place */
  assertCanKeep(secrets: HostSecrets | undefined): void {
    if (secrets?.remember !== true || this.#store?.available === true) return;
    throw new ExpectedError(
      'secrets.no_safe_storage',
      'There is no safe place here to remember a secret in.',
      {
        field: 'secrets.remember',
        remedy:
          'Go on without remembering, or use the SSH agent. On Linux a key ring such as GNOME Keyring or KWallet has to run.',
      },
    );
  }

  /** @throws ExpectedError `secrets.no_safe_storage` */
  async keep(hostId: string, secrets: HostSecrets): Promise<void> {
    this.assertCanKeep(secrets);
    this.#memory.set(hostId, { ...this.#memory.get(hostId), ...secrets });
    if (!secrets.remember) return;
    for (const kind of KINDS) {
      const value = secrets[kind];
      if (value !== undefined) await this.#store?.set(storeKey(hostId, kind), value);
    }
  }

  async forget(hostId: string): Promise<void> {
    this.#memory.delete(hostId);
    if (this.#store?.available !== true) return;
    for (const kind of KINDS) await this.#store.delete(storeKey(hostId, kind));
  }

  /** What is held for a host, for its dialer. */
  providerFor(hostId: string): SecretsProvider {
    return async (need) => {
      const held = this.#memory.get(hostId)?.[need.kind] ?? (await this.#stored(hostId, need.kind));
      return held === undefined ? undefined : secretsProvider({ [need.kind]: held })(need);
    };
  }

  async #stored(hostId: string, kind: SecretNeed['kind']): Promise<string | undefined> {
    return this.#store?.available === true ? this.#store.get(storeKey(hostId, kind)) : undefined;
  }
}

/** Answers from what was typed just now, for a host that is not stored yet. */
export function secretsProvider(secrets: Secrets | undefined): SecretsProvider {
  return async ({ kind, isJump }) => (kind === 'password' && isJump ? undefined : secrets);
}
