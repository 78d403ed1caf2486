import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';

/** Through which door a call came. */
export interface Caller {
  readonly via: 'window' | 'command-line' | 'control-plane';
}

/** On whose behalf something is done. It goes with the work into its action record and its task. */
export interface RequestContext {
  /** `req-…`, as Nova writes it: in the log, the action record and an error it is the same */
  readonly requestId: string;
  readonly user: string;
  readonly project: string;
  readonly caller: Caller;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's account may have no entry in the password file.
    return 'admin';
  }
}

/** Whoever may run Micronova owns all of it: the account of the operating system, in the one project there is. */
export function createContext(caller: Caller): RequestContext {
  return { requestId: `req-${randomUUID()}`, user: accountName(), project: 'admin', caller };
}
