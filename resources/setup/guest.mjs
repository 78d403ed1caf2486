import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE, digest, OUT, readStamp, ROOT, writeStamp } from './paths.mjs';
import { attempt, onPath, quiet } from './process.mjs';
import { note, SetupError, step } from './say.mjs';

const RECIPE = join(ROOT, 'resources', 'guest');
/** Where the app looks for it. */
const IMAGE = join(OUT, 'guest', 'tiny.qcow2');
const TOOLS = [
  'busybox',
  'dropbear',
  'qemu-ga',
  'mcopy',
  'mkfs.vfat',
  'syslinux',
  'cpio',
  'zstd',
  'depmod',
  'qemu-img',
];

function recipeDigest() {
  const names = readdirSync(RECIPE, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = names.filter((name) => statSync(join(RECIPE, name)).isFile());
  return digest(...files.flatMap((name) => [name, readFileSync(join(RECIPE, name))]));
}

/** Name of Debian's current cloud kernel package, e.g. linux-image-6.1.0-37-cloud-amd64. */
function kernelPackage() {
  const depends = attempt('apt-cache', ['depends', 'linux-image-cloud-amd64']).stdout;
  return /Depends: (linux-image-\S+)/.exec(depends)?.[1] ?? null;
}

/** Unpacks the kernel without installing it. @param {string} name @returns {string} the folder */
function unpackKernel(name) {
  const folder = join(CACHE, 'guest', name);
  if (existsSync(join(folder, 'boot'))) return folder;
  const work = `${folder}.${process.pid}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const download = () => attempt('apt-get', ['-qq', 'download', name], { cwd: work });
  // Package lists of last month name files that the mirror no longer has.
  if (!download().ok) {
    attempt('apt-get', ['-qq', 'update']);
    const again = download();
    if (!again.ok) throw new SetupError(`The kernel of the tiny guest could not be fetched:\n${again.said}`);
  }
  const file = readdirSync(work).find((one) => one.endsWith('.deb'));
  quiet('dpkg-deb', ['-x', join(work, file ?? ''), join(work, 'unpacked')]);
  rmSync(folder, { recursive: true, force: true });
  quiet('mv', [join(work, 'unpacked'), folder]);
  rmSync(work, { recursive: true, force: true });
  return folder;
}

/** @param {string} recipe */
function build(recipe) {
  const lists = attempt('apt-cache', ['show', 'linux-image-cloud-amd64']).ok;
  if (!lists) attempt('apt-get', ['-qq', 'update']);
  const kernel = kernelPackage();
  if (kernel === null) {
    note('This distribution has no linux-image-cloud-amd64: no image comes with it, add one under Images.');
    return;
  }
  const cached = join(CACHE, 'guest', `tiny-${digest(recipe, kernel).slice(0, 16)}.qcow2`);
  if (!existsSync(cached)) quiet(join(RECIPE, 'build.sh'), [unpackKernel(kernel), cached]);
  mkdirSync(dirname(IMAGE), { recursive: true });
  copyFileSync(cached, IMAGE);
}

/** Builds the small image that is there on first start, so that Launch works at once. */
export async function ensureGuest() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const recipe = recipeDigest();
  if (readStamp('guest') === recipe && existsSync(IMAGE)) return;
  const absent = TOOLS.filter((tool) => !onPath(tool));
  if (absent.length > 0) {
    note(
      `The tiny guest image is not built: ${absent.join(', ')} are missing. Add an image of your own under Images.`,
    );
    return;
  }
  await step('Tiny guest image', 'from Debian packages, so that the first launch needs no download', () =>
    build(recipe),
  );
  if (existsSync(IMAGE)) writeStamp('guest', recipe);
}
