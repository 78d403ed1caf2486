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

/** All guests of a host in two bulk calls; whose they are is asked once a guest and kept until its mark may have changed. */
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
    const [{ records }, { domains: passing }] = await Promise.all([
      connection.call(connect.getAllDomainStats, args, limits),
      connection.call(connect.listAllDomains, { needResults: 1, flags: LIST_DOMAINS.transient }, limits),
    ]);
    const transient = new Set(passing.map(({ uuid }) => uuid));
    const guests = records.map(async ({ domain, params }) => {
      const mark = await this.#markOf(domain, limits);
      if (mark === null) return [];
      return [{ ...stateOf(domain, paramMap(params)), ...mark, transient: transient.has(domain.uuid) }];
    });
    return (await Promise.all(guests)).flat();
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

function stateOf(domain: DomainRef, params: ReadonlyMap<string, number | bigint | string>) {
  return {
    uuid: domain.uuid,
    domainName: domain.name,
    powerState: powerStateOf(Number(params.get('state.state') ?? 0)),
    vcpus: Number(params.get('vcpu.maximum') ?? params.get('vcpu.current') ?? 0),
    ram: Math.floor(Number(params.get('balloon.maximum') ?? 0) / 1024),
  };
}
