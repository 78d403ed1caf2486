import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';

/** Who calls, as far as the door it came through can know: an account of this computer. */
export interface Caller {
  readonly user: string;
}

/** On whose behalf something is done. It goes with the work into its action record and its task. */
export interface RequestContext {
  /** `req-…`, as Nova writes it: in the log, the action record and an error it is the same */
  readonly requestId: string;
  readonly user: string;
  readonly project: string;
}

/** The account that this process runs as. */
export function processCaller(): Caller {
  try {
    return { user: userInfo().username };
  } catch {
    // A container's account may have no entry in the password file.
    return { user: 'admin' };
  }
}

/** Whoever may reach Micronova owns all of it: the doors let in the account that runs it, in the one project there is. */
export function createContext(caller: Caller, uuid: () => string = randomUUID): RequestContext {
  return { requestId: `req-${uuid()}`, user: caller.user, project: 'admin' };
}
