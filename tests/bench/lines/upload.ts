import { randomBytes, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { run } from '../../lab/run.ts';
import type { Line } from '../pair.ts';
import { never, type World } from '../world.ts';

const MIB = 1024 * 1024;
const POOL = '/var/lib/libvirt/images';

/** A file of `size` MiB with `data` MiB of noise spread over it, the rest holes. */
async function makeFile(path: string, size: number, data: number): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(size * MIB);
  for (let at = 0; at < data; at++) {
    await file.write(randomBytes(MIB), 0, MIB, Math.floor((at * size) / data) * MIB);
  }
  // A boot signature: without one nothing tells a raw disk from any other file, and it would be refused.
  await file.write(Buffer.from([0x55, 0xaa]), 0, 2, 510);
  await file.close();
}

async function line(
  world: World,
  options: Pick<Line, 'name' | 'ratio' | 'aim'> & { size: number; data: number; peer: string[] },
): Promise<Line> {
  const file = world.path(`${options.data}-of-${options.size}.raw`);
  await makeFile(file, options.size, options.data);
  const id = randomUUID();
  const image = await world.image(id, file);
  const driver = await world.openDriver();
  await driver.prepareHost({ signal: never() });
  const removePeer = async (): Promise<void> =>
    void (await world.host.exec(['rm', '-f', `${POOL}/peer.raw`]));
  return {
    name: options.name,
    ratio: options.ratio,
    aim: options.aim,
    rounds: 3,
    ours: {
      name: 'upload and check by SHA-256',
      prepare: () => driver.removeImage(id, { signal: never() }),
      run: () => driver.uploadImage(image, { signal: never(), onProgress: () => undefined }),
      clean: () => driver.removeImage(id, { signal: never() }),
    },
    peer: {
      name: options.peer.slice(0, 2).join(' '),
      prepare: removePeer,
      run: async () =>
        void (await run([...options.peer, file, `lab:${POOL}/peer.raw`], { timeout: 300_000 })),
      clean: removePeer,
    },
  };
}

/**
 * Uploads of an image in the store to a host that has no copy. The peers only copy; ours also reads back and checks.
 * What `image.create` does once for all hosts (hash the file, find its holes) is not part of it.
 */
export async function uploadLines(world: World): Promise<Line[]> {
  const ssh = `ssh -F ${world.path('ssh_config')}`;
  const sparse = {
    name: 'upload, 32 MiB of data in 4 GiB',
    ratio: 'time',
    aim: 0.2,
    size: 4096,
    data: 32,
  } as const;
  const dense = { name: 'upload, 512 MiB dense', ratio: 'speed', aim: 0.9, size: 512, data: 512 } as const;
  return [
    await line(world, { ...sparse, peer: ['rsync', '-S', '-e', ssh] }),
    await line(world, { ...dense, peer: ['scp', '-q', '-F', world.path('ssh_config')] }),
  ];
}
