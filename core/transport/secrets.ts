import type { HostSecrets } from '../contract/index.ts';

/** What a way in asks for, so that whoever holds secrets can pick the right one. */
export interface SecretNeed {
  readonly kind: 'password' | 'passphrase';
  readonly user: string;
  /** `host:port` as the person knows it */
  readonly address: string;
  /** a jump host asks: the host's own password is not for it */
  readonly isJump: boolean;
  /** the key file whose passphrase is wanted */
  readonly keyFile?: string;
}

/** Answers without asking a person: what is not known now is `undefined`, and the way in fails with a code that says so. */
export type SecretsProvider = (need: SecretNeed) => Promise<HostSecrets | undefined>;

/** The operating system's key store. `available` is false where it would be no better than plain text. */
export interface SecretStore {
  readonly available: boolean;
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}
