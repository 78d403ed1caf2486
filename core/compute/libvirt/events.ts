import { METADATA } from '../../libvirt/protocol/domain.ts';
import { events, DOMAIN_EVENT, STOPPED_CRASHED, STOPPED_SAVED } from '../../libvirt/protocol/events.ts';
import type { DriverEvent } from '../driver.ts';
import type { Session } from './session.ts';

type What = Extract<DriverEvent, { type: 'lifecycle' }>['what'];

/** The guest's own end of a shutdown (`shutdown`) is not told: `stopped` follows it at once. */
const WHAT: ReadonlyMap<number, What> = new Map([
  [DOMAIN_EVENT.defined, 'defined'],
  [DOMAIN_EVENT.undefined, 'undefined'],
  [DOMAIN_EVENT.started, 'started'],
  [DOMAIN_EVENT.suspended, 'paused'],
  [DOMAIN_EVENT.resumed, 'resumed'],
  [DOMAIN_EVENT.stopped, 'stopped'],
  [DOMAIN_EVENT.pmsuspended, 'suspended'],
  [DOMAIN_EVENT.crashed, 'crashed'],
]);

function whatOf(event: number, detail: number): What | undefined {
  if (event === DOMAIN_EVENT.stopped && detail === STOPPED_CRASHED) return 'crashed';
  if (event === DOMAIN_EVENT.stopped && detail === STOPPED_SAVED) return 'saved';
  return WHAT.get(event);
}

/** libvirt's domain events in the driver's words, for any number of listeners. */
export class DriverEvents implements Disposable {
  readonly #listeners = new Set<(event: DriverEvent) => void>();
  readonly #subscriptions = new DisposableStack();

  /** Resolves once the host sends events, so that whoever lists guests afterwards misses nothing. */
  static async listen(session: Session): Promise<DriverEvents> {
    const driverEvents = new DriverEvents();
    await driverEvents.#subscribe(session);
    return driverEvents;
  }

  async #subscribe(session: Session): Promise<void> {
    const { connection } = session;
    const lifecycle = connection.on(events.domainLifecycle, ({ domain, event, detail }) => {
      const what = whatOf(event, detail);
      if (what) this.#tell({ type: 'lifecycle', uuid: domain.uuid, domainName: domain.name, what });
    });
    this.#subscriptions.use(lifecycle);
    const reboot = connection.on(events.domainReboot, ({ domain }) =>
      this.#tell({ type: 'lifecycle', uuid: domain.uuid, domainName: domain.name, what: 'rebooted' }),
    );
    this.#subscriptions.use(reboot);
    const metadata = connection.on(events.domainMetadataChange, ({ domain, type }) => {
      if (type !== METADATA.element) return;
      this.#tell({ type: 'lifecycle', uuid: domain.uuid, domainName: domain.name, what: 'marked' });
    });
    this.#subscriptions.use(metadata);
    // A libvirt driver that cannot tell these (the test driver) still tells the rest.
    const others = [reboot, metadata].map(({ ready }) => ready.catch(() => undefined));
    await Promise.all([lifecycle.ready, ...others]);
  }

  #tell(event: DriverEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  on(listener: (event: DriverEvent) => void): Disposable {
    // Its own function, so that the same listener may be given twice.
    const own = (event: DriverEvent): void => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#subscriptions.dispose();
  }
}
