import type { PowerState } from '../../contract/index.ts';
import { isExpected } from '../../domain/errors.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { isVirError } from '../../libvirt/errors.ts';
import { connect, LIST_DOMAINS, STATS, STATS_FLAGS } from '../../libvirt/protocol/connect.ts';
import { domain as procedures, DOMAIN_STATE, METADATA } from '../../libvirt/protocol/domain.ts';
import { paramMap, type DomainRef } from '../../libvirt/protocol/types.ts';
import { INSTANCE_NAMESPACE } from '../../libvirt/xml/domain/metadata.ts';
import type { GuestState } from '../driver.ts';
import type { Session } from './session.ts';

/** VIR_ERR_NO_DOMAIN_METADATA */
const NO_METADATA = 80;

/** nova/virt/libvirt/guest.py LIBVIRT_POWER_STATE */
const POWER_STATES: ReadonlyMap<number, PowerState> = new Map([
  [DOMAIN_STATE.nostate, 'NOSTATE'],
  [DOMAIN_STATE.running, 'RUNNING'],
  [DOMAIN_STATE.blocked, 'RUNNING'],
  [DOMAIN_STATE.paused, 'PAUSED'],
  [DOMAIN_STATE.shutdown, 'SHUTDOWN'],
  [DOMAIN_STATE.shutoff, 'SHUTDOWN'],
  [DOMAIN_STATE.crashed, 'CRASHED'],
  [DOMAIN_STATE.pmsuspended, 'SUSPENDED'],
]);

export function powerStateOf(state: number): PowerState {
  return POWER_STATES.get(state) ?? 'NOSTATE';
}

/** All guests of a host in two bulk calls; whose they are is asked once a guest and kept until it is defined anew. */
export class Guests {
  readonly #session: Session;
  readonly #ours = new Map<string, boolean>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Its definition changed or is gone. */
  forget(uuid: string): void {
    this.#ours.delete(uuid);
  }

  async list(options: CallOptions): Promise<GuestState[]> {
    const args = {
      domains: [],
      stats: STATS.state | STATS.balloon | STATS.vcpu,
      flags: STATS_FLAGS.nowait,
    };
    const limits = { ...options, lane: 'inventory' };
    const { connection } = this.#session;
    const [{ records }, saved] = await Promise.all([
      connection.call(connect.getAllDomainStats, args, limits),
      this.#saved(limits),
    ]);
    const guests = records.map(async ({ domain, params }) => {
      const ours = await this.#isOurs(domain, limits);
      return ours === null ? [] : [{ ...stateOf(domain, paramMap(params), saved), ours }];
    });
    return (await Promise.all(guests)).flat();
  }

  /** Those whose memory libvirt keeps; a driver of libvirt that knows no such thing keeps none. */
  async #saved(options: CallOptions): Promise<ReadonlySet<string>> {
    try {
      const args = { needResults: 1, flags: LIST_DOMAINS.managedSave };
      const { domains } = await this.#session.connection.call(connect.listAllDomains, args, options);
      return new Set(domains.map(({ uuid }) => uuid));
    } catch (error) {
      if (isExpected(error, 'libvirt.unsupported')) return new Set();
      throw error;
    }
  }

  /** null: it has gone in the meantime */
  async #isOurs(domain: DomainRef, options: CallOptions): Promise<boolean | null> {
    const known = this.#ours.get(domain.uuid);
    if (known !== undefined) return known;
    try {
      const args = { domain, type: METADATA.element, uri: INSTANCE_NAMESPACE.uri, flags: 0 };
      await this.#session.connection.call(procedures.getMetadata, args, options);
      this.#ours.set(domain.uuid, true);
      return true;
    } catch (error) {
      if (isVirError(error, NO_METADATA)) {
        this.#ours.set(domain.uuid, false);
        return false;
      }
      if (isExpected(error, 'libvirt.not_found')) return null;
      throw error;
    }
  }
}

function stateOf(
  domain: DomainRef,
  params: ReadonlyMap<string, number | bigint | string>,
  saved: ReadonlySet<string>,
) {
  const powerState = powerStateOf(Number(params.get('state.state') ?? 0));
  return {
    uuid: domain.uuid,
    domainName: domain.name,
    powerState,
    // The two lists are of two moments: one that runs is not saved, whatever the other says.
    saved: powerState === 'SHUTDOWN' && saved.has(domain.uuid),
    vcpus: Number(params.get('vcpu.maximum') ?? params.get('vcpu.current') ?? 0),
    ram: Math.floor(Number(params.get('balloon.maximum') ?? 0) / 1024),
  };
}
