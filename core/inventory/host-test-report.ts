import { HOST_TEST_STEPS, type HostTest } from '../contract/index.ts';
import { isExpected, toErrorBody } from '../domain/errors.ts';
import type { DialReport } from '../transport/dial-options.ts';

type Step = HostTest['steps'][number];
export type StepName = (typeof HOST_TEST_STEPS)[number];

/** How a step turned out that did not fail. */
export interface Finding {
  readonly detail: string;
  /** works, but a person should know */
  readonly warning?: { readonly remedy: string };
}

function unknownKeyOf(error: unknown): HostTest['unknownHostKey'] {
  if (!isExpected(error, 'transport.host_key_unknown')) return null;
  const { fingerprint, type, address } = error.details ?? {};
  return { fingerprint: String(fingerprint), type: String(type), address: String(address) };
}

function needOf(error: unknown): HostTest['needs'] {
  const needs = isExpected(error) ? error.details?.['needs'] : undefined;
  return needs === 'passphrase' || needs === 'password' ? needs : null;
}

/** Gathers what the steps of a connection test say, in the order in which they are shown. */
export class HostTestReport {
  readonly #steps = new Map<StepName, Step>();
  #unknownHostKey: HostTest['unknownHostKey'] = null;
  #needs: HostTest['needs'] = null;

  /** One step of the way in. The steps of jump hosts go before the host's own of the same name. */
  dialled({ step, jump, detail, milliseconds, result, error }: DialReport): void {
    const before = this.#steps.get(step);
    const own = jump === null ? detail : `${jump}: ${detail}`;
    this.#put(step, {
      result,
      detail: before === undefined ? own : `${before.detail}; then ${own}`,
      remedy: error?.remedy ?? null,
      milliseconds: milliseconds + (before?.milliseconds ?? 0),
      error: error === null ? null : toErrorBody(error),
    });
  }

  /** Runs one step and keeps how it went. @returns what it gave, or null when it failed */
  async run<T>(step: StepName, work: () => Promise<{ value: T; finding: Finding }>): Promise<T | null> {
    const start = performance.now();
    try {
      const { value, finding } = await work();
      this.#put(step, {
        result: finding.warning === undefined ? 'ok' : 'warning',
        detail: finding.detail,
        remedy: finding.warning?.remedy ?? null,
        milliseconds: performance.now() - start,
        error: null,
      });
      return value;
    } catch (error) {
      if (isExpected(error, 'cancelled')) throw error;
      this.failed(step, error, performance.now() - start);
      return null;
    }
  }

  /** A failure that the step itself has perhaps told already. */
  failed(step: StepName, error: unknown, milliseconds = 0): void {
    this.#unknownHostKey ??= unknownKeyOf(error);
    this.#needs ??= needOf(error);
    if (this.#steps.get(step)?.result === 'failed') return;
    const body = toErrorBody(error);
    this.#put(step, {
      result: 'failed',
      detail: body.message,
      remedy: body.remedy ?? null,
      milliseconds,
      error: body,
    });
  }

  /** The step that failed last, or the first that has not been reached. */
  get current(): StepName {
    const failed = HOST_TEST_STEPS.findLast((step) => this.#steps.get(step)?.result === 'failed');
    return failed ?? HOST_TEST_STEPS.find((step) => !this.#steps.has(step)) ?? 'network';
  }

  #put(step: StepName, outcome: Omit<Step, 'step'>): void {
    this.#steps.set(step, { step, ...outcome });
  }

  finish(): HostTest {
    const steps = HOST_TEST_STEPS.map((step) => rounded(this.#steps.get(step) ?? skipped(step)));
    return {
      ok: steps.every(({ result }) => result !== 'failed'),
      steps,
      unknownHostKey: this.#unknownHostKey,
      needs: this.#needs,
    };
  }
}

function rounded(step: Step): Step {
  return { ...step, milliseconds: Math.round(step.milliseconds) };
}

function skipped(step: StepName): Step {
  return { step, result: 'skipped', detail: '', remedy: null, milliseconds: 0, error: null };
}
