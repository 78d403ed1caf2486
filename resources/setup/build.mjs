import { chmodSync, copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digest, OUT, readStamp, ROOT, writeStamp } from './paths.mjs';
import { environment, pinnedNode, quiet, script } from './process.mjs';
import { step } from './say.mjs';

const SOURCES = ['core', 'electron', 'renderer', 'resources/icons'];
const SETTINGS = [
  'package-lock.json',
  'electron.vite.config.ts',
  'vite.cli.config.ts',
  'resources/setup/micronova.mjs',
];
const PRODUCTS = [
  'main/index.js',
  'preload/index.cjs',
  'renderer/index.html',
  'cli/main.js',
  'cli/micronova.js',
];

/** Names, sizes and times of all that goes into the build. */
function sources() {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const rows = [...files, ...SETTINGS].filter((name) => !/\.test\.tsx?$/.test(name)).toSorted();
  const facts = rows.flatMap((name) => {
    const stat = statSync(join(ROOT, name), { throwIfNoEntry: false });
    return stat?.isFile() ? [`${name} ${stat.size} ${stat.mtimeMs}`] : [];
  });
  return digest(facts.join('\n'));
}

function build() {
  const env = { ...environment(), NODE_ENV: 'production' };
  const node = pinnedNode();
  quiet(node, [script('electron-vite'), 'build', '--logLevel', 'warn'], { env });
  quiet(node, [script('vite'), 'build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn'], { env });
  const launcher = join(OUT, 'cli', 'micronova.js');
  copyFileSync(join(ROOT, 'resources', 'setup', 'micronova.mjs'), launcher);
  chmodSync(launcher, 0o755);
}

/** Builds window and command line into out/, when what they are made of has changed. */
export async function ensureBuild() {
  const now = sources();
  if (readStamp('build') === now && PRODUCTS.every((name) => existsSync(join(OUT, name)))) return;
  await step('Build', 'the window and the command line run from out/, and their sources have changed', build);
  writeStamp('build', now);
}
