import type { ComputeDriver, GuestState, StepOptions } from '../compute/driver.ts';
import type { Finding, Instance } from '../contract/index.ts';
import type { Clock } from '../queue/clock.ts';
import type { Database } from '../state/database.ts';
import { getInstance, listInstancesOn } from '../state/instances.ts';
import { DOMAIN_KINDS, findDomains } from './find-domains.ts';
import { findDrift } from './find-drift.ts';
import { auditKnown, findOrphans, ORPHAN_KINDS, settledBefore } from './find-orphans.ts';
import type { Findings } from './findings.ts';
import type { KnownGuests } from './known-guests.ts';

/** Definitions that are asked for at once. */
const AT_ONCE = 50;

export interface LookDeps {
  readonly database: Database;
  readonly findings: Findings;
  readonly guests: KnownGuests;
  readonly clock: Clock;
}

const isOfKind =
  (kinds: readonly string[]) =>
  (finding: Finding): boolean =>
    kinds.includes(finding.kind);

/** Looks at one connected host for what does not agree with the rows, and changes nothing. */
export class HostLook {
  readonly #hostId: string;
  readonly #driver: ComputeDriver;
  readonly #deps: LookDeps;

  constructor(hostId: string, driver: ComputeDriver, deps: LookDeps) {
    this.#hostId = hostId;
    this.#driver = driver;
    this.#deps = deps;
  }

  /** The guests were listed. */
  listed(guests: readonly GuestState[]): void {
    const { findings, guests: known } = this.#deps;
    known.put(this.#hostId, guests);
    // A guest that is missing on another host may have turned up here, or have gone from here.
    const others = findings.list().filter(({ kind }) => kind === 'missing_domain');
    for (const hostId of new Set([this.#hostId, ...others.map((finding) => finding.hostId)])) {
      this.#domains(hostId);
    }
  }

  #domains(hostId: string): void {
    const { database, findings, guests } = this.#deps;
    findings.put(hostId, findDomains(database, hostId, guests), isOfKind(DOMAIN_KINDS));
  }

  /** An instance is gone: nothing is the matter with it any more. */
  forget(instanceId: string): void {
    this.#deps.findings.put(this.#hostId, [], (finding) => finding.instanceId === instanceId);
  }

  /**
   * Looks at the definitions of instances that are idle.
   * @param ids left out: of all on the host
   * @returns those that could not be looked at, because an operation has them
   */
  async definitions(options: StepOptions, ids?: ReadonlySet<string>): Promise<string[]> {
    const wanted = this.#wanted(ids);
    const idle = wanted.filter(({ taskState }) => taskState === null);
    const looked = new Set<string>();
    for (let from = 0; from < idle.length; from += AT_ONCE) {
      const part = idle.slice(from, from + AT_ONCE);
      await this.#drift(part, options);
      for (const { id } of part) looked.add(id);
    }
    if (ids === undefined) this.#dropDriftOfOthers(new Set(wanted.map(({ id }) => id)));
    return wanted.filter(({ id }) => !looked.has(id)).map(({ id }) => id);
  }

  #wanted(ids?: ReadonlySet<string>): Instance[] {
    const { database } = this.#deps;
    const found =
      ids === undefined
        ? listInstancesOn(database, this.#hostId)
        : [...ids].flatMap((id) => getInstance(database, id) ?? []);
    return found.filter(({ hostId, takenOver }) => hostId === this.#hostId && takenOver === null);
  }

  async #drift(instances: readonly Instance[], options: StepOptions): Promise<void> {
    const { database, findings } = this.#deps;
    const asked = instances.map((instance) => findDrift(database, this.#driver, instance, options));
    const found = (await Promise.all(asked)).filter((drift) => drift !== null);
    const ids = new Set<string | null>(instances.map(({ id }) => id));
    findings.put(this.#hostId, found, ({ kind, instanceId }) => kind === 'drift' && ids.has(instanceId));
  }

  #dropDriftOfOthers(here: ReadonlySet<string>): void {
    this.#deps.findings.put(
      this.#hostId,
      [],
      ({ kind, instanceId }) => kind === 'drift' && !here.has(instanceId ?? ''),
    );
  }

  /** What lies on the host beside guests. */
  async audit(options: StepOptions): Promise<void> {
    const { database, findings, guests, clock } = this.#deps;
    const before = settledBefore(clock.now());
    const audit = await this.#driver.audit(auditKnown(database, guests), options);
    // Rows and guests may have come while the host was asked: they count as they are now.
    const known = auditKnown(database, guests);
    const volumes = audit.volumes.filter(({ owner: { kind, id } }) =>
      kind === 'guest' ? !known.guests.has(id) : !known.images.has(id),
    );
    const where = { hostId: this.#hostId, guests, before };
    const found = findOrphans(database, { ...audit, volumes }, where);
    findings.put(this.#hostId, found, isOfKind(ORPHAN_KINDS));
  }
}
