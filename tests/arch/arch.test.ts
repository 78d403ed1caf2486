import { describe, expect, it } from 'vitest';
import * as rules from './rules.ts';
import { readSources, type Source } from './sources.ts';

const file = (path: string, ...lines: string[]): Source => ({ path, text: `${lines.join('\n')}\n` });
const state = file('core/state/a.ts', 'export const a = 1;');

/** For every rule a house that breaks it: a rule that finds nothing here would find nothing anywhere. */
const BROKEN: Record<keyof typeof rules, readonly Source[]> = {
  floors: [state, file('core/api/b.ts'), file('core/state/c.ts', "import type { B } from '../api/b.ts';")],
  never: [
    state,
    file('core/placement/p.ts', "import { a } from '../state/a.ts';"),
    file('core/compute/d.ts', "import { p } from '../placement/p.ts';"),
  ],
  circles: [
    file('core/domain/a.ts', "import { b } from './b.ts';"),
    file('core/domain/b.ts', "import { a } from './a.ts';"),
  ],
  rendererKnowsLittle: [file('renderer/app/a.tsx', "import { a } from '../../core/state/a.ts';"), state],
  uiKnowsNothing: [file('renderer/ui/a.tsx', "import { a } from '../stores/a.ts';")],
  contractKnowsZodOnly: [file('core/contract/a.ts', "import { join } from 'node:path';")],
  coreKnowsNoWindow: [file('core/cli/a.ts', "const { app } = await import('electron');")],
  rpcKnowsNoSsh: [file('core/libvirt/rpc/a.ts', "import { Client } from 'ssh2';")],
  shortFiles: [file('core/domain/a.ts', ...Array.from({ length: 401 }, (_, line) => `// ${line}`))],
  noBarrels: [file('core/state/index.ts', "export { a } from './a.ts';")],
  noDefaultExports: [file('core/state/a.ts', 'export default 1;')],
};

const sources = readSources();

describe('the house', () => {
  it('has been read', () => expect(sources.length).toBeGreaterThan(50));

  it.each(Object.entries(rules))('keeps the rule %s', (_name, rule) => {
    expect(rule(sources)).toEqual([]);
  });
});

describe('the rules', () => {
  it.each(Object.entries(rules))('%s sees a house that breaks it', (name, rule) => {
    expect(rule(BROKEN[name as keyof typeof rules])).not.toEqual([]);
  });

  it('see imports of every form, on several lines too', () => {
    const forms = [
      "import a from 'one';",
      "import {\n  b,\n  c,\n} from 'two';",
      "import type { D } from 'three';",
      "import 'four';",
      "export { e } from 'five';",
      "const f = await import('six');",
      "type G = import('seven').G;",
    ];
    for (const form of forms) {
      const bad = file('renderer/app/a.tsx', form.replace(/'\w+'/, "'node:fs'"));
      expect([form, ...rules.rendererKnowsLittle([bad])]).toHaveLength(2);
    }
  });

  it('do not take a word in a text for an import', () => {
    const good = file(
      'renderer/app/a.tsx',
      "const text = 'import of data from node:fs';",
      "export const x = 'node:fs';",
    );
    expect(rules.rendererKnowsLittle([good])).toEqual([]);
  });
});
