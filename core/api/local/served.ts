import type { Duplex } from 'node:stream';
import type { ContractEvent, MethodName } from '../../contract/index.ts';

/** Who calls, as far as a local socket can know: somebody with this account on this computer. */
export interface LocalCaller {
  readonly user: string;
}

/** The part of the control plane that is served over the local socket. */
export interface ServedControlPlane {
  /** Checks the input itself. @throws ExpectedError */
  call(method: MethodName, input: unknown, caller: LocalCaller): Promise<unknown>;
  subscribe(listener: (event: ContractEvent) => void): Disposable;
  /** Exchanges a one-time ticket of `console.open` for the byte pipe. */
  redeemConsole(ticket: string): Promise<Duplex>;
}
