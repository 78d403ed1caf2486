import type { Duplex } from 'node:stream';
import type { SystemStatus } from './contract/index.ts';
import type { Log } from './domain/log.ts';
import type { Caller } from './identity/context.ts';
import type { EventListener } from './state/database.ts';
import type { SecretStore } from './transport/secrets.ts';

export interface ControlPlaneOptions {
  /** the data folder; made where there is none, and owned until `close` */
  readonly home: string;
  readonly owner: SystemStatus['owner'];
  readonly version: string;
  /** left out: a file in the data folder */
  readonly log?: Log;
  /** the operating system's key store, where the caller can reach it */
  readonly secretStore?: SecretStore;
  /** path of the tiny guest image that set-up has built */
  readonly guestImage?: string;
}

/** The whole of Micronova but its doors: window, local socket and command line are adapters over this. */
export interface ControlPlane {
  /** @throws ExpectedError only */
  call(method: string, input: unknown, caller: Caller): Promise<unknown>;
  /** Hears every contract event, in order. */
  subscribe(listener: EventListener): Disposable;
  /**
   * The byte pipe behind a ticket of `console.open`. A ticket is good once, and for 30 seconds.
   * @throws ExpectedError `instance.no_console`
   */
  redeemConsole(ticket: string): Promise<Duplex>;
  /** Settles when no task is queued or running. */
  idle(): Promise<void>;
  /** Stops taking work, lets go of the hosts and of the data folder. Unfinished tasks go on at the next start. */
  close(): Promise<void>;
}
