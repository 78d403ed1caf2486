import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../domain/log.ts';
import { type Database, openDatabase } from '../state/database.ts';
import { getHost } from '../state/hosts.ts';
import { listCandidates } from './candidates.ts';
import { demandOf } from './demands.ts';
import { getProvider } from './providers.ts';
import { addHost } from './test-kit.ts';
import { isKnownTrait, refreshTraits, setCustomTraits } from './traits.ts';

let database: Database;
let id: string;

beforeEach(() => {
  database = openDatabase(':memory:', { log: silentLog });
  id = addHost(database, 'one');
});
afterEach(() => database.close());

const tell = (...traits: string[]) => database.write((tx) => refreshTraits(tx, id, 'one', traits));
const add = (...traits: string[]) => database.write((tx) => setCustomTraits(tx, id, 'one', traits));
const traits = () => getHost(database, id)?.traits;

describe('traits of a host', () => {
  it('that it tells and those of a person do not touch each other', () => {
    tell('HW_CPU_X86_AVX', 'HW_CPU_X86_SSE');
    add('CUSTOM_SSD', 'HW_CPU_X86_SSE');
    expect(traits()).toEqual(['CUSTOM_SSD', 'HW_CPU_X86_AVX', 'HW_CPU_X86_SSE']);
    tell('HW_CPU_X86_AVX2');
    expect(traits()).toEqual(['CUSTOM_SSD', 'HW_CPU_X86_AVX2']);
    add();
    expect(traits()).toEqual(['HW_CPU_X86_AVX2']);
  });

  it('count the generation up, and the revision of the host, only when something changed', () => {
    tell('HW_CPU_X86_AVX');
    const before = [getProvider(database, id).generation, getHost(database, id)?.revision];
    tell('HW_CPU_X86_AVX');
    add();
    expect([getProvider(database, id).generation, getHost(database, id)?.revision]).toEqual(before);
    add('CUSTOM_A');
    expect(getProvider(database, id).generation).toBe(before[0]! + 1);
    expect(getHost(database, id)?.revision).toBeGreaterThan(before[1]!);
  });

  it.each([
    ['CUSTOM_A', true],
    ['HW_CPU_X86_AVX2', true],
    ['STORAGE_DISK_SSD', true],
    ['MINE', false],
    ['CUSTOM_', false],
  ])('%s: known is %s', (name, known) => expect(isKnownTrait(name)).toBe(known));
});

describe('candidates', () => {
  const refusal = (required: string[], forbidden: string[] = []) =>
    listCandidates(database, { resources: { VCPU: 1 }, required, forbidden })[0]?.refusal;

  it('must have what is required and must not have what is forbidden', () => {
    tell('HW_CPU_X86_AVX');
    expect(refusal(['HW_CPU_X86_AVX'], ['CUSTOM_SLOW'])).toBeNull();
    expect(refusal(['HW_CPU_X86_AVX', 'CUSTOM_A', 'CUSTOM_B'])).toBe(
      'has no trait CUSTOM_A, CUSTOM_B, which is required',
    );
    expect(refusal(['CUSTOM_A'], ['HW_CPU_X86_AVX'])).toBe(
      'has no trait CUSTOM_A, which is required; has the trait HW_CPU_X86_AVX, which is forbidden',
    );
  });
});

describe('what an instance asks of its host', () => {
  const flavor = { vcpus: 1, ram: 512, disk: 0, ephemeral: 5, swap: 1025 };
  const ask = (extraSpecs: Record<string, string>, properties: Record<string, string> = {}) =>
    demandOf({ flavor: { ...flavor, extraSpecs }, image: { virtualSize: 2.5 * 1024 ** 3, properties } });

  it.each<[Record<string, string>, Record<string, string>, string[], string[]]>([
    [{ 'trait:CUSTOM_A': 'required', 'trait:CUSTOM_B': 'forbidden' }, {}, ['CUSTOM_A'], ['CUSTOM_B']],
    [{ 'trait:CUSTOM_A': 'required' }, { 'trait:CUSTOM_A': 'required' }, ['CUSTOM_A'], []],
    [{}, { 'trait:CUSTOM_C': 'required', 'trait:CUSTOM_D': 'forbidden' }, ['CUSTOM_C'], []],
    [{ 'trait:CUSTOM_A': 'maybe' }, {}, [], []],
    [{ 'os:secure_boot': 'required' }, {}, ['COMPUTE_SECURITY_UEFI_SECURE_BOOT'], []],
    [{ 'os:secure_boot': 'disabled' }, { os_secure_boot: 'required' }, [], []],
    [{}, { hw_tpm_version: '1.2' }, ['COMPUTE_SECURITY_TPM_1_2', 'COMPUTE_SECURITY_TPM_TIS'], []],
    [
      { 'hw:tpm_version': '2.0', 'hw:tpm_model': 'tpm-crb' },
      {},
      ['COMPUTE_SECURITY_TPM_2_0', 'COMPUTE_SECURITY_TPM_CRB'],
      [],
    ],
  ])('%o and %o', (extraSpecs, properties, required, forbidden) => {
    expect(ask(extraSpecs, properties)).toMatchObject({ required, forbidden });
  });

  it('are the resources of its flavor, with a disk as large as the image', () => {
    const { resources } = ask({ 'resources:VCPU': '0', 'resources:CUSTOM_X': '2', 'resources:BAD': 'two' });
    expect(resources).toEqual({ VCPU: 0, MEMORY_MB: 512, DISK_GB: 10, CUSTOM_X: 2 });
  });
});
