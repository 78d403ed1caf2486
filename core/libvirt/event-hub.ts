import type { Log } from '../domain/log.ts';
import { REMOTE_PROGRAM, type EventKind, type EventMessage } from './protocol/procedure.ts';
import { decode } from './protocol/xdr.ts';
import type { RpcClient } from './rpc/client.ts';

export interface Subscription extends Disposable {
  /** Resolves when the host sends the event. */
  readonly ready: Promise<void>;
}

interface Channel {
  readonly listeners: Set<(payload: Buffer) => void>;
  readonly registered: Promise<EventMessage>;
}

/** Who hears which event of one connection. The host is asked when the first listener comes, and told when the last one goes. */
export class EventHub {
  readonly #client: RpcClient;
  readonly #log: Log;
  /** by the procedure number of the message */
  readonly #channels = new Map<number, Channel>();

  constructor(client: RpcClient, log: Log) {
    this.#client = client;
    this.#log = log;
  }

  on<M extends EventMessage>(kind: EventKind<M>, listener: (message: M) => void): Subscription {
    const channel = this.#channels.get(kind.number) ?? this.#register(kind);
    const hear = (payload: Buffer): void => this.#tell(kind, decode(kind.message, payload), listener);
    channel.listeners.add(hear);
    const ready = channel.registered.then(() => undefined);
    ready.catch(() => undefined);
    return {
      ready,
      [Symbol.dispose]: () => {
        const last = channel.listeners.delete(hear) && channel.listeners.size === 0;
        if (last) this.#deregister(kind, channel);
      },
    };
  }

  /** @throws ExpectedError `libvirt.protocol` for an event that cannot be read; an event that nobody asked for is passed over */
  receive(program: number, procedure: number, payload: Buffer): void {
    if (program !== REMOTE_PROGRAM) return;
    const channel = this.#channels.get(procedure);
    for (const hear of channel?.listeners ?? []) hear(payload);
  }

  #register<M extends EventMessage>(kind: EventKind<M>): Channel {
    const registered = this.#client.call(kind.register, { eventId: kind.eventId, only: null }, {});
    const channel: Channel = { listeners: new Set(), registered };
    this.#channels.set(kind.number, channel);
    registered.catch(() => this.#forget(kind, channel));
    return channel;
  }

  #tell<M extends EventMessage>(kind: EventKind<M>, message: M, listener: (message: M) => void): void {
    try {
      listener(message);
    } catch (error) {
      this.#log.error({ error, event: kind.name }, 'a listener of a libvirt event failed');
    }
  }

  #forget<M extends EventMessage>(kind: EventKind<M>, channel: Channel): void {
    if (this.#channels.get(kind.number) === channel) this.#channels.delete(kind.number);
  }

  #deregister<M extends EventMessage>(kind: EventKind<M>, channel: Channel): void {
    this.#forget(kind, channel);
    const done = channel.registered.then(({ callbackId }) =>
      this.#client.call(kind.deregister, { callbackId }, {}),
    );
    // The connection may be gone by now, and its registrations with it.
    done.catch((error: unknown) =>
      this.#log.debug({ error, event: kind.name }, 'could not end a libvirt event'),
    );
  }
}
