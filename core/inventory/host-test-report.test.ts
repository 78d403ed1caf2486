import { describe, expect, it } from 'vitest';
import { HOST_TEST_STEPS, HostTest } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import { HostTestReport } from './host-test-report.ts';

const REPORT = {
  step: 'login',
  jump: null,
  milliseconds: 3.4,
  result: 'ok',
  detail: 'root',
  error: null,
} as const;

describe('HostTestReport', () => {
  it('answers with every step in order, those not reached as skipped', () => {
    const report = new HostTestReport();
    report.dialled({ ...REPORT, step: 'resolve', detail: '10.0.0.1' });
    const error = new ExpectedError('transport.refused', 'Nothing listens.', { remedy: 'Start it.' });
    report.dialled({ ...REPORT, step: 'connect', result: 'failed', detail: error.message, error });
    report.failed(report.current, error);
    const test = HostTest.parse(report.finish());
    expect(test.ok).toBe(false);
    expect(test.steps.map(({ step }) => step)).toEqual([...HOST_TEST_STEPS]);
    expect(test.steps.map(({ result }) => result).slice(0, 4)).toEqual([
      'ok',
      'failed',
      'skipped',
      'skipped',
    ]);
    expect(test.steps[1]).toMatchObject({ remedy: 'Start it.', error: { code: 'transport.refused' } });
  });

  it('puts the steps of jump hosts before the host’s own', () => {
    const report = new HostTestReport();
    report.dialled({ ...REPORT, jump: 'me@gate:22', detail: 'me, by a key' });
    report.dialled({ ...REPORT, detail: 'root, by a key' });
    const login = report.finish().steps.find(({ step }) => step === 'login');
    expect(login).toMatchObject({ detail: 'me@gate:22: me, by a key; then root, by a key', milliseconds: 7 });
  });

  it('lifts out the question that a person has to answer', () => {
    const report = new HostTestReport();
    const details = { fingerprint: 'SHA256:x', type: 'ssh-ed25519', address: 'nas' };
    report.failed('host-key', new ExpectedError('transport.host_key_unknown', 'new', { details }));
    expect(report.finish()).toMatchObject({ unknownHostKey: details, needs: null });
    const locked = new HostTestReport();
    const needs = { details: { needs: 'passphrase' } };
    locked.failed('login', new ExpectedError('transport.passphrase_needed', 'locked', needs));
    expect(locked.finish()).toMatchObject({ unknownHostKey: null, needs: 'passphrase' });
  });

  it('blames the first step where there was no step yet, keeps a warning ok, and lets a cancel through', async () => {
    const report = new HostTestReport();
    expect(report.current).toBe('resolve');
    const warning = { remedy: 'Mind it.' };
    await report.run('storage', async () => ({ value: 1, finding: { detail: 'little', warning } }));
    expect(report.finish()).toMatchObject({ ok: true });
    const cancelled = new ExpectedError('cancelled', 'stop');
    await expect(report.run('network', () => Promise.reject(cancelled))).rejects.toBe(cancelled);
  });
});
