import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from './sources.ts';

const Report = z.object({ diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })) });

/** One import up, or out of the house, in every room: .oxlintrc.json must refuse each. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  'core/contract/a.ts': 'node:path',
  'core/contract/b.ts': '../domain/errors.ts',
  'core/domain/a.ts': '../state/database.ts',
  'core/state/a.ts': '../api/a.ts',
  'core/libvirt/rpc/a.ts': '../../compute/driver.ts',
  'core/transport/a.ts': '../compute/driver.ts',
  'core/placement/a.ts': '../scheduler/a.ts',
  'core/image/a.ts': '../compute/driver.ts',
  'core/compute/libvirt/a.ts': '../../state/database.ts',
  'core/scheduler/a.ts': '../queue/a.ts',
  'core/conductor/a.ts': '../api/a.ts',
  'core/api/a.ts': '../cli/main.ts',
  'core/api/b.ts': 'electron',
  'core/cli/a.ts': '../../electron/main/index.ts',
  'electron/main/a.ts': '../../renderer/main.tsx',
  'renderer/app/a.tsx': '../../core/state/database.ts',
  'renderer/app/b.tsx': 'node:fs',
};

const ALLOWED: Readonly<Record<string, string>> = {
  'core/contract/ok.ts': 'zod',
  'core/domain/ok.ts': '../contract/index.ts',
  'core/compute/ok.ts': '../image/store.ts',
  'core/conductor/ok.ts': '../queue/a.ts',
  'renderer/app/ok.tsx': '../../core/contract/index.ts',
};

const house = mkdtempSync(join(tmpdir(), 'micronova-arch-'));

function lint(): string[] {
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(house, '.oxlintrc.json'));
  for (const [path, imported] of Object.entries({ ...FORBIDDEN, ...ALLOWED })) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), `import { thing } from '${imported}';\nexport const use = thing;\n`);
  }
  const oxlint = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const { stdout } = spawnSync(process.execPath, [oxlint, '-f', 'json'], { cwd: house, encoding: 'utf8' });
  const { diagnostics } = Report.parse(JSON.parse(stdout));
  const refused = diagnostics.filter(({ code }) => code.includes('no-restricted-imports'));
  return refused.map(({ filename }) => filename.replaceAll('\\', '/')).toSorted();
}

afterAll(() => rmSync(house, { recursive: true }));

describe('the linter', () => {
  it('refuses imports that go up, and no others', () => {
    expect(lint()).toEqual(Object.keys(FORBIDDEN).toSorted());
  });
});
