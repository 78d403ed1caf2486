import type { TestProject } from 'vitest/node';
import type { LabInfo } from './info.ts';
import { Lab } from './lab.ts';

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface can be extended from outside
  export interface ProvidedContext {
    lab: LabInfo;
  }
}

/** Vitest's global set-up of the integration project: tests take the lab with `Lab.attach(inject('lab'))`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const lab = await Lab.up({ hosts: Number(process.env['MICRONOVA_LAB_HOSTS'] ?? 2) });
  project.provide('lab', lab.info);
  return () => lab.down();
}
