import { many, one, text, whole } from './fields.ts';
import { mapper } from './mapper.ts';
import type { Infer } from './types.ts';

const value = mapper('value', { text: text('') });
const choice = mapper('enum', { name: text('@name'), values: many(value) });
const supported = { supported: text('@supported'), choices: many(choice) };
const cpuMode = mapper('mode', { name: text('@name'), supported: text('@supported') });

/** What one emulator offers. https://libvirt.org/formatdomaincaps.html */
export const domainCapabilities = mapper('domainCapabilities', {
  emulator: text('path'),
  type: text('domain'),
  machine: text('machine'),
  arch: text('arch'),
  maxVcpus: whole('vcpu/@max'),
  os: one(mapper('os', supported)),
  loader: one(mapper('loader', supported), 'os'),
  cpuModes: many(cpuMode, 'cpu'),
  disk: one(mapper('disk', supported), 'devices'),
  video: one(mapper('video', supported), 'devices'),
  tpm: one(mapper('tpm', supported), 'devices'),
});
export type DomainCapabilities = Infer<typeof domainCapabilities>;

interface Choices {
  readonly choices?:
    | readonly {
        readonly name?: string | undefined;
        readonly values?: readonly { readonly text?: string | undefined }[] | undefined;
      }[]
    | undefined;
}

/** The values of one named choice, e.g. `bus` of disks. */
export function choicesOf(part: Choices | undefined, name: string): string[] {
  const values = part?.choices?.find((c) => c.name === name)?.values ?? [];
  return values.flatMap((v) => v.text ?? []);
}
