import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeDriver } from '../../core/compute/fake/fake-driver.ts';
import { FakeHost } from '../../core/compute/fake/fake-host.ts';
import { type Call, contract, isMethodName } from '../../core/contract/index.ts';
import { createControlPlane, type ControlPlane } from '../../core/control-plane.ts';
import { fromErrorBody } from '../../core/domain/errors.ts';
import { silentLog } from '../../core/domain/log.ts';
import { processCaller } from '../../core/identity/context.ts';

const IMAGE_SIZE = 1024 ** 2;
/** at the end of a boot sector: by it a raw disk is known */
const BOOT_SIGNATURE = 0x55aa;
/** what a host of the bench has: room enough that placement is asked, and never says no */
const ROOMY = { vcpus: 256, ram: 1024 ** 2, disk: 100_000 };

/**
 * The whole control plane over hosts in memory: its database is a real file with `synchronous=FULL`, only what a driver
 * would do on a host takes no time.
 */
export class FakePlane implements AsyncDisposable {
  readonly plane: ControlPlane;
  readonly call: Call;
  /** a scratch folder on the disk of the data folder */
  readonly folder: string;

  private constructor(plane: ControlPlane, folder: string) {
    this.plane = plane;
    this.folder = folder;
    this.call = async (method, input) => {
      if (!isMethodName(method)) throw new Error(`no method ${String(method)}`);
      return contract[method].output.parse(await plane.call(method, input, processCaller())) as never;
    };
  }

  static async create(hosts: number): Promise<FakePlane> {
    const folder = await mkdtemp(join(tmpdir(), 'micronova-fake-'));
    const fakes = new Map<string, FakeHost>();
    const plane = await createControlPlane({
      home: join(folder, 'home'),
      owner: 'command',
      version: '0.0.0',
      log: silentLog,
      openDriver: ({ id, name }) => {
        const fake = fakes.get(id) ?? new FakeHost({ name, facts: ROOMY });
        fakes.set(id, fake);
        return Promise.resolve(createFakeDriver(fake));
      },
    });
    const made = new FakePlane(plane, folder);
    await made.#prepare(hosts);
    return made;
  }

  async #prepare(hosts: number): Promise<void> {
    const names = Array.from({ length: hosts }, (_, index) => `fake-${index + 1}`);
    // Nothing listens there: the host is stored all the same, and reached by the fake driver.
    const address = { kind: 'ssh' as const, address: '127.0.0.1', port: 1, user: 'nobody', useAgent: false };
    for (const [index, name] of names.entries()) {
      await this.call('host.add', { name, address: { ...address, port: index + 1 }, force: true });
    }
    const file = join(this.folder, 'image.raw');
    const disk = randomBytes(IMAGE_SIZE);
    disk.writeUInt16BE(BOOT_SIGNATURE, 510);
    await writeFile(file, disk);
    const { taskId } = await this.call('image.create', { name: 'bench', file, uploadTo: names });
    await this.done(taskId);
    await this.plane.idle();
  }

  async done(taskId: string): Promise<void> {
    const task = await this.call('task.wait', { id: taskId, timeout: 60_000 });
    if (task.error !== null) throw fromErrorBody(task.error);
  }

  /** Asks for so many and waits until all are active. */
  async launch(count: number): Promise<void> {
    const request = { name: 'bench', flavor: 'm1.nano', image: 'bench', count };
    const accepted = await this.call('instance.create', request);
    await Promise.all(accepted.map(({ taskId }) => this.done(taskId)));
  }

  async removeAll(): Promise<void> {
    const all = await this.call('instance.list', {});
    const going = await Promise.all(all.map(({ id }) => this.call('instance.delete', { ref: id })));
    await Promise.all(going.map(({ taskId }) => this.done(taskId)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.plane.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
