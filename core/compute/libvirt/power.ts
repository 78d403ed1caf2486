import { ExpectedError, isExpected } from '../../domain/errors.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { isVirError, VIR_ERR } from '../../libvirt/errors.ts';
import { DOMAIN_STATE, domain as procedures, SHUTDOWN, START } from '../../libvirt/protocol/domain.ts';
import type { DomainRef } from '../../libvirt/protocol/types.ts';
import { domain as domainXml } from '../../libvirt/xml/domain/domain.ts';
import { readXml } from '../../libvirt/xml/mapper.ts';
import type { StepOptions } from '../driver.ts';
import type { DriverEvents } from './events.ts';
import type { Session } from './session.ts';
import { waitUntil } from './wait.ts';

/** Milliseconds: a busy host takes its time to start QEMU, and to kill it. */
export const POWER_DEADLINE = 120_000;

/** Milliseconds after which a guest that still runs is asked again; it may not have listened yet. nova: shutdown_retry_interval */
const ASK_AGAIN = 10_000;

/** Milliseconds for a guest's agent to take an order. */
const AGENT_DEADLINE = 15_000;

/** Switching guests on and off. Each step looks first, so that it may be repeated. */
export class Power {
  readonly #session: Session;
  readonly #events: DriverEvents;

  constructor(session: Session, events: DriverEvents) {
    this.#session = session;
    this.#events = events;
  }

  async #state(domain: DomainRef, options: CallOptions): Promise<number> {
    return (await this.#session.connection.call(procedures.getState, { domain, flags: 0 }, options)).state;
  }

  async #isOff(domain: DomainRef, options: CallOptions): Promise<boolean> {
    try {
      const state = await this.#state(domain, options);
      return state === DOMAIN_STATE.shutoff || state === DOMAIN_STATE.crashed;
    } catch (error) {
      if (isVirError(error, VIR_ERR.noDomain)) return true;
      throw error;
    }
  }

  /** @param flags see START */
  async start(guestId: string, options: StepOptions, flags: number = 0): Promise<void> {
    const domain = await this.#session.domain(guestId, options);
    if (!(await this.#isOff(domain, options))) return;
    const limits = { ...options, deadline: POWER_DEADLINE };
    try {
      await this.#session.connection.call(procedures.createWithFlags, { domain, flags }, limits);
    } catch (error) {
      // Somebody else was quicker.
      if (isExpected(error, 'conflict') && !(await this.#isOff(domain, options))) return;
      throw error;
    }
  }

  async destroy(guestId: string, options: StepOptions): Promise<void> {
    const domain = await this.#session.findDomain(guestId, options);
    if (!domain || (await this.#isOff(domain, options))) return;
    const limits = { ...options, deadline: POWER_DEADLINE };
    try {
      await this.#session.connection.call(procedures.destroyFlags, { domain, flags: 0 }, limits);
    } catch (error) {
      if (!(await this.#isOff(domain, options))) throw error;
    }
  }

  async stop(guestId: string, timeout: number, options: StepOptions): Promise<void> {
    const domain = await this.#session.domain(guestId, options);
    const end = Date.now() + timeout;
    while (Date.now() < end && (await this.#canListen(domain, options))) {
      // The agent answers a shutdown with silence, so what counts is only whether the guest goes off.
      void this.#ask(domain, procedures.shutdownFlags, options).catch(() => undefined);
      const pause = Math.min(ASK_AGAIN, end - Date.now());
      if (await this.#wait(domain, pause, options)) return;
    }
    await this.destroy(guestId, options);
  }

  #wait(domain: DomainRef, timeout: number, options: StepOptions): Promise<boolean> {
    return waitUntil({
      check: () => this.#isOff(domain, options),
      wake: (wake) =>
        this.#events.on((event) => event.type === 'lifecycle' && event.uuid === domain.uuid && wake()),
      timeout,
      signal: options.signal,
    });
  }

  /** A paused or sleeping guest hears nothing. */
  async #canListen(domain: DomainRef, options: StepOptions): Promise<boolean> {
    const state = await this.#state(domain, options);
    return (
      state === DOMAIN_STATE.running || state === DOMAIN_STATE.blocked || state === DOMAIN_STATE.shutdown
    );
  }

  /**
   * By the guest agent where one answers, by the power button (ACPI) otherwise.
   * @param done the order has been carried out: an agent may go down with its guest before it answers, and a button
   * pressed then would be felt by the system that comes up next
   */
  async #ask(
    domain: DomainRef,
    order: typeof procedures.shutdownFlags,
    options: StepOptions,
    done: () => boolean = () => false,
  ): Promise<void> {
    const { connection } = this.#session;
    if (await this.#hasAgent(domain, options)) {
      const limits = { ...options, deadline: AGENT_DEADLINE };
      const asked = connection.call(order, { domain, flags: SHUTDOWN.agent }, limits);
      const taken = await asked.then(
        () => true,
        () => false,
      );
      if (taken || done()) return;
    }
    await connection.call(order, { domain, flags: SHUTDOWN.acpi }, options);
  }

  async #hasAgent(domain: DomainRef, options: StepOptions): Promise<boolean> {
    const { xml } = await this.#session.connection.call(procedures.getXmlDesc, { domain, flags: 0 }, options);
    const channels = readXml(domainXml, xml).channels ?? [];
    return channels.some(
      (channel) => channel.targetName === 'org.qemu.guest_agent.0' && channel.state === 'connected',
    );
  }

  async softReboot(guestId: string, timeout: number, options: StepOptions): Promise<void> {
    const domain = await this.#session.domain(guestId, options);
    let rebooted = false;
    const happened = await waitUntil({
      check: async () => rebooted,
      wake: (wake) => {
        const heard = this.#events.on((event) => {
          if (event.type !== 'lifecycle' || event.uuid !== guestId || event.what !== 'rebooted') return;
          rebooted = true;
          wake();
        });
        void this.#ask(domain, procedures.reboot, options, () => rebooted).catch(() => undefined);
        return heard;
      },
      timeout,
      signal: options.signal,
    });
    if (happened) return;
    throw new ExpectedError('libvirt.timeout', `The guest did not reboot within ${timeout / 1000} s`, {
      remedy: 'Reboot it hard, which is like the reset button.',
    });
  }

  async hardReboot(guestId: string, options: StepOptions): Promise<void> {
    await this.destroy(guestId, options);
    // Memory that is kept from before would bring back what somebody wanted to be rid of.
    await this.start(guestId, options, START.forceBoot);
  }
}
