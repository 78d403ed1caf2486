import type { Diagnostics } from '../../contract/index.ts';
import { ExpectedError } from '../../domain/errors.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../../libvirt/errors.ts';
import { DOMAIN_STATE, domain as procedures } from '../../libvirt/protocol/domain.ts';
import type { LiveActions } from '../driver.ts';
import { readDiagnostics } from './diagnostics.ts';
import { resume, stateOf, suspend, wrongState } from './kept-memory.ts';
import { POWER_DEADLINE } from './power.ts';
import type { Session } from './session.ts';

/** Milliseconds for a guest's agent to carry out an order. */
const AGENT_DEADLINE = 20_000;

async function pause(session: Session, guestId: string, options: CallOptions): Promise<void> {
  const domain = await session.domain(guestId, options);
  const state = await stateOf(session, domain, options);
  if (state === DOMAIN_STATE.paused) return;
  if (state === DOMAIN_STATE.shutoff) throw wrongState('is off: it cannot be paused');
  await session.connection.call(procedures.suspend, { domain }, { ...options, deadline: POWER_DEADLINE });
}

async function unpause(session: Session, guestId: string, options: CallOptions): Promise<void> {
  const domain = await session.domain(guestId, options);
  const state = await stateOf(session, domain, options);
  if (state === DOMAIN_STATE.shutoff) throw wrongState('is off: it cannot go on');
  if (state !== DOMAIN_STATE.paused) return;
  await session.connection.call(procedures.resume, { domain }, { ...options, deadline: POWER_DEADLINE });
}

/** libvirt's own words may repeat what was sent to the agent, so they are not handed on. */
function agentError(error: unknown): unknown {
  const remedy = 'See that qemu-guest-agent runs in the guest, or set the password on its console.';
  if (isVirError(error, VIR_ERR.agentUnresponsive, VIR_ERR.operationTimeout)) {
    return new ExpectedError('libvirt.timeout', 'The guest agent does not answer', { remedy });
  }
  if (isVirError(error, VIR_ERR.argumentUnsupported, VIR_ERR.configUnsupported, VIR_ERR.noSupport)) {
    return new ExpectedError('libvirt.unsupported', 'The guest has no guest agent', { remedy });
  }
  if (!isVirError(error, VIR_ERR.internalError)) return error;
  return new ExpectedError('libvirt.error', 'The guest agent could not set the password', {
    remedy: 'See that the account exists in the guest, and that its agent may run chpasswd.',
  });
}

async function setUserPassword(
  session: Session,
  guestId: string,
  user: string,
  password: string,
  options: CallOptions,
): Promise<void> {
  const domain = await session.domain(guestId, options);
  const args = { domain, user, password, flags: 0 };
  const limits = { ...options, deadline: AGENT_DEADLINE };
  try {
    await session.connection.call(procedures.setUserPassword, args, limits);
  } catch (error) {
    throw agentError(error);
  }
}

/** What is done to guests that run or sleep. Each looks first, so that it may be repeated. */
export function liveActions(session: Session): LiveActions {
  return {
    pause: (guestId, o) => pause(session, guestId, o),
    unpause: (guestId, o) => unpause(session, guestId, o),
    suspend: (guestId, o) => suspend(session, guestId, o),
    resume: (guestId, o) => resume(session, guestId, o),
    injectNmi: async (guestId, o) => {
      const domain = await session.domain(guestId, o);
      await session.connection.call(procedures.injectNmi, { domain, flags: 0 }, o);
    },
    setUserPassword: (guestId, user, password, o) => setUserPassword(session, guestId, user, password, o),
    diagnostics: (guestId, o): Promise<Diagnostics> => readDiagnostics(session, guestId, o),
  };
}
