import type { PowerState } from '../../contract/index.ts';
import { isExpected } from '../../domain/errors.ts';
import type { CallOptions } from '../../libvirt/connection.ts';
import { connect, LIST_DOMAINS, STATS, STATS_FLAGS } from '../../libvirt/protocol/connect.ts';
import { DOMAIN_STATE } from '../../libvirt/protocol/domain.ts';
import { paramMap, type DomainRef } from '../../libvirt/protocol/types.ts';
import type { GuestState } from '../driver.ts';
import { ownerOf } from '../mark.ts';
import { markOf } from './fence.ts';
import type { ReadMark } from './mark-xml.ts';
import type { Session } from './session.ts';

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

type Marked = Pick<GuestState, 'owner' | 'badMark'>;

const UNMARKED: Marked = { owner: null, badMark: null };

function toMarked(mark: ReadMark | null): Marked {
  if (mark === null) return UNMARKED;
  if (mark.description === null) return { owner: null, badMark: mark.problem };
  return { owner: ownerOf(mark.description), badMark: null };
}

/** All guests of a host in three bulk calls; whose they are is asked once a guest and kept until its mark may have changed. */
export class Guests {
  readonly #session: Session;
  readonly #marks = new Map<string, Marked>();
  /** counts what may have changed a mark: an answer from before is not kept */
  #changes = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Its definition or its mark changed, or it is gone. */
  forget(uuid: string): void {
    this.#marks.delete(uuid);
    this.#changes += 1;
  }

  async list(options: CallOptions): Promise<GuestState[]> {
    const { connection } = this.#session;
    const args = {
      domains: [],
      stats: STATS.state | STATS.balloon | STATS.vcpu,
      flags: STATS_FLAGS.nowait,
    };
    const limits = { ...options, lane: 'inventory' };
    const [{ records }, passing, saved] = await Promise.all([
      connection.call(connect.getAllDomainStats, args, limits),
      this.#listed(LIST_DOMAINS.transient, limits),
      this.#listed(LIST_DOMAINS.managedSave, limits),
    ]);
    const guests = records.map(async ({ domain, params }) => {
      const mark = await this.#markOf(domain, limits);
      if (mark === null) return [];
      const state = stateOf(domain, paramMap(params), saved);
      return [{ ...state, ...mark, transient: passing.has(domain.uuid) }];
    });
    return (await Promise.all(guests)).flat();
  }

  /** Those of one kind, see LIST_DOMAINS; a driver of libvirt that knows no such thing has none. */
  async #listed(flags: number, options: CallOptions): Promise<ReadonlySet<string>> {
    try {
      const args = { needResults: 1, flags };
      const { domains } = await this.#session.connection.call(connect.listAllDomains, args, options);
      return new Set(domains.map(({ uuid }) => uuid));
    } catch (error) {
      if (isExpected(error, 'libvirt.unsupported')) return new Set();
      throw error;
    }
  }

  /** null: it has gone in the meantime */
  async #markOf(domain: DomainRef, options: CallOptions): Promise<Marked | null> {
    const known = this.#marks.get(domain.uuid);
    if (known !== undefined) return known;
    const before = this.#changes;
    try {
      const mark = toMarked(await markOf(this.#session.connection, domain, options));
      if (this.#changes === before) this.#marks.set(domain.uuid, mark);
      return mark;
    } catch (error) {
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
