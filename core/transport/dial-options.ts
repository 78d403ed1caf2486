import type { ExpectedError } from '../domain/errors.ts';
import type { KnownHosts } from './known-hosts-store.ts';
import type { Environment } from './platform.ts';
import type { SecretsProvider } from './secrets.ts';

export type DialStep = 'resolve' | 'connect' | 'host-key' | 'login';

export interface DialReport {
  readonly step: DialStep;
  readonly result: 'ok' | 'failed';
  /** what was found, in words */
  readonly detail: string;
  /** the jump host that this step belongs to; null for the host itself */
  readonly jump: string | null;
  readonly milliseconds: number;
  readonly error: ExpectedError | null;
}

export interface DialerDeps {
  readonly knownHosts: KnownHosts;
  readonly secrets?: SecretsProvider | undefined;
  /** `SHA256:…`: take this key, and no other, for a host that is not known yet */
  readonly acceptHostKey?: string | undefined;
  /** milliseconds of silence after which a link is held dead; the default deadline of each step too (default 10,000) */
  readonly linkTimeout?: number | undefined;
  readonly onStep?: ((report: DialReport) => void) | undefined;
  readonly environment?: Environment | undefined;
}

export const DEFAULT_LINK_TIMEOUT = 10_000;
