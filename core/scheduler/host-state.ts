import type { Provider } from '../placement/providers.ts';
import type { HostRecord } from '../state/hosts.ts';

/** A host as filters and weighers see it. nova/scheduler/host_manager.py `HostState` */
export interface HostState extends HostRecord {
  /** null until the host has told what it has */
  readonly provider: Provider | null;
  /** instances that are being built there */
  readonly ioOps: number;
}
