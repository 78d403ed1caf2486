import { PLAIN } from '../../../core/compute/test-kit.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { until } from '../../lab/run.ts';
import { TINY_IMAGE } from '../../lab/tiny-image.ts';
import type { GuestSpec } from '../../../core/compute/driver.ts';
import type { Line } from '../pair.ts';
import { firstFrame } from '../../lab/rfb.ts';
import { never, type World } from '../world.ts';

const ID = '00000000-0000-4000-8000-00000000c001';

async function startGuest(world: World): Promise<() => Promise<Duplex>> {
  const driver = await world.openDriver();
  const signal = never();
  await driver.prepareHost({ signal });
  const image = await world.image('00000000-0000-4000-8000-00000000c002', TINY_IMAGE);
  await driver.uploadImage(image, { signal, onProgress: () => undefined });
  const flavor = { id: 'bench', name: 'bench', vcpus: 1, ram: 128, disk: 1, ephemeral: 0, swap: 0 };
  const guest: GuestSpec = {
    ...PLAIN,
    id: ID,
    name: 'bench',
    hostname: 'bench',
    domainName: 'micronova-bench',
    flavor: { ...flavor, isPublic: true, description: null, extraSpecs: {} },
    image,
    keyName: null,
    publicKey: null,
    userData: null,
    metadata: {},
    mac: 'fa:16:3e:00:be:c1',
    createdAt: new Date().toISOString(),
  };
  await driver.createRootDisk(guest, { signal });
  const addresses = await driver.reserveAddress(guest, { signal });
  await driver.writeConfigDrive(guest, addresses, { signal });
  await driver.define(guest, { signal });
  await driver.start(ID, { signal });
  return async () => (await driver.openDisplay(ID, { signal })).stream;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server's address is never a string
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** The pipe that noVNC makes of a WebSocket. */
function overWebSocket(url: string): Promise<Duplex> {
  const socket = new WebSocket(url, 'binary');
  socket.binaryType = 'arraybuffer';
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      socket.send(Uint8Array.from(chunk));
      done();
    },
    destroy: (error, done) => {
      socket.close();
      done(error);
    },
  });
  socket.addEventListener('message', ({ data }) => stream.push(Buffer.from(data as ArrayBuffer)));
  socket.addEventListener('close', () => stream.destroy());
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(stream));
    socket.addEventListener('error', () => reject(new Error(`no WebSocket at ${url}`)));
  });
}

function stop(child: ChildProcess): void {
  if (child.exitCode === null) child.kill();
}

/** What a person does without Micronova: a tunnel to the display, websockify before it, and a client on that. */
async function overTunnel(world: World, socket: string): Promise<void> {
  const [tunnel, web] = [await freePort(), await freePort()];
  const forward = ['-F', world.path('ssh_config'), '-N', '-L', `127.0.0.1:${tunnel}:${socket}`, 'lab'];
  const ssh = spawn('ssh', forward, { stdio: 'ignore' });
  const bridge = spawn('websockify', [`127.0.0.1:${web}`, `127.0.0.1:${tunnel}`], { stdio: 'ignore' });
  try {
    // websockify listens before ssh does; then its first connection finds nobody behind it and is closed.
    await until('a picture through websockify', async () => {
      const stream = await overWebSocket(`ws://127.0.0.1:${web}/`).catch(() => null);
      if (stream === null) return undefined;
      const picture = await firstFrame(stream, null).catch(() => undefined);
      stream.destroy();
      return picture;
    });
  } finally {
    stop(ssh);
    stop(bridge);
  }
}

/** From the wish to see a guest's screen to its first whole picture; the same RFB client on both sides. */
export async function consoleLines(world: World): Promise<Line[]> {
  const open = await startGuest(world);
  const xml = await world.host.virsh('dumpxml', ID);
  const socket = /socket='([^']+)'/.exec(xml)?.[1];
  if (socket === undefined) throw new Error('the guest has no VNC socket');
  return [
    {
      name: 'console to first picture',
      ratio: 'time',
      aim: 0.3,
      rounds: 7,
      ours: {
        name: 'channel on the open connection',
        run: async () => {
          const stream = await open();
          await firstFrame(stream, null);
          stream.destroy();
        },
      },
      peer: { name: 'ssh -L + websockify', run: () => overTunnel(world, socket) },
    },
  ];
}
