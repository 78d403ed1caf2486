import type { Duplex } from 'node:stream';
import type { ContractEvent } from '../../contract/index.ts';
import type { Caller } from '../../identity/context.ts';

/** The part of the control plane that is served over the local socket. */
export interface ServedControlPlane {
  /** Checks the input itself. @throws ExpectedError */
  call(method: string, input: unknown, caller: Caller): Promise<unknown>;
  subscribe(listener: (event: ContractEvent) => void): Disposable;
  /** Exchanges a one-time ticket of `console.open` for the byte pipe. */
  redeemConsole(ticket: string): Promise<Duplex>;
}
