import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { expect } from 'vitest';
import {
  type Call,
  contract,
  type ContractEvent,
  type Host,
  type Input,
  type Instance,
  type Task,
} from '../../core/contract/index.ts';
import type { ControlPlane } from '../../core/control-plane.ts';
import { fromErrorBody } from '../../core/domain/errors.ts';
import type { Account } from '../lab/accounts.ts';
import type { LabHost } from '../lab/host.ts';
import type { Inventory } from '../lab/inventory.ts';
import type { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { startControlPlane } from './control-plane-start.ts';

/** Milliseconds. Far beyond what anything takes: it ends a test that would never end, and judges nothing. */
export const PATIENCE = 90_000;

/** One person's Micronova: a data folder, the control plane on it, and its way to hosts of the lab. */
export class Desk implements AsyncDisposable {
  readonly folder: string;
  readonly #lab: Lab;
  /** every event since the last start */
  events: ContractEvent[] = [];
  #plane: ControlPlane | null = null;
  #gone = false;

  private constructor(folder: string, lab: Lab) {
    this.folder = folder;
    this.#lab = lab;
  }

  static async create(lab: Lab): Promise<Desk> {
    const desk = new Desk(await mkdtemp(join(tmpdir(), 'micronova-desk-')), lab);
    await desk.start();
    return desk;
  }

  get plane(): ControlPlane {
    if (this.#plane === null) throw new Error('the control plane of this desk is closed');
    return this.#plane;
  }

  async start(options: Parameters<typeof startControlPlane>[1] = {}): Promise<void> {
    this.events = [];
    this.#plane = await startControlPlane(this.folder, options);
    this.#plane.subscribe((event) => this.events.push(event));
  }

  async close(): Promise<void> {
    await this.#plane?.close();
    this.#plane = null;
  }

  readonly call: Call = async (method, input) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just parsed by the method's own schema
    contract[method].output.parse(await this.plane.call(method, input, { user: 'me' })) as never;

  address(host: LabHost, account: Account = 'root'): Extract<Host['address'], { kind: 'ssh' }> {
    return {
      kind: 'ssh',
      address: '127.0.0.1',
      port: host.port,
      user: account,
      identityFiles: [this.#lab.key],
      jumps: [],
      useAgent: false,
      uri: 'qemu:///system',
    };
  }

  /** Adds a host under the lab's own name for it. */
  async addHost(host: LabHost, account: Account = 'root'): Promise<Host> {
    const acceptHostKey = await host.fingerprint();
    const address = this.address(host, account);
    const { host: added, test } = await this.call('host.add', { name: host.name, address, acceptHostKey });
    if (added === null) throw new Error(`host ${host.name} was not added: ${JSON.stringify(test.steps)}`);
    return this.connected(host.name);
  }

  connected(ref: string): Promise<Host> {
    return this.host(ref, ({ connection }) => connection === 'connected');
  }

  /** Waits for a host that is as told. */
  host(ref: string, is: (host: Host) => boolean): Promise<Host> {
    return this.#await(`host ${ref}`, () => this.call('host.show', { ref }), is);
  }

  /** Waits for an instance that is as told. */
  instance(ref: string, is: (instance: Instance) => boolean): Promise<Instance> {
    return this.#await(`instance ${ref}`, () => this.call('instance.show', { ref }), is);
  }

  status(ref: string, status: Instance['status']): Promise<Instance> {
    return this.instance(ref, (instance) => instance.status === status);
  }

  async #await<T>(what: string, show: () => Promise<T>, is: (value: T) => boolean): Promise<T> {
    let last: T | undefined;
    try {
      const look = async (): Promise<T | undefined> => (is((last = await show())) ? last : undefined);
      return await until(what, look, PATIENCE);
    } catch (error) {
      throw new Error(`${what} is not as expected: ${JSON.stringify(last)}`, { cause: error });
    }
  }

  /** The tiny guest image, in the store and on these hosts. */
  async addImage(name: string, uploadTo: string[] = [], file = TINY_IMAGE): Promise<string> {
    const { image, taskId } = await this.call('image.create', { name, file, uploadTo });
    await this.done(taskId);
    for (const task of await this.call('task.list', {})) {
      if (task.kind === 'image.upload' && task.imageId === image.id) await this.done(task.id);
    }
    return image.id;
  }

  /** Asks for one instance; it is not built yet. */
  async create(input: Partial<Input<'instance.create'>> & { readonly name: string }) {
    const [accepted] = await this.call('instance.create', { flavor: 'm1.nano', image: 'tiny', ...input });
    if (accepted === undefined) throw new Error('nothing was accepted');
    return { id: accepted.instance.id, taskId: accepted.taskId, instance: accepted.instance };
  }

  /** Waits for the end of a task, whatever it is. */
  ended(id: string): Promise<Task> {
    const show = (): Promise<Task> => this.call('task.wait', { id, timeout: 1000 });
    return this.#await(`end of task ${id}`, show, ({ state }) => state !== 'queued' && state !== 'running');
  }

  /** Waits until a task is done. @throws its own error */
  async done(id: string): Promise<void> {
    const task = await this.ended(id);
    if (task.error !== null) throw fromErrorBody(task.error);
    expect(task.state).toBe('done');
  }

  /** Waits until a task is at this step. */
  async reaches(taskId: string, step: string): Promise<void> {
    const at = (task: Task): boolean => task.steps.some((s) => s.name === step && s.state === 'running');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (task: Task): void => {
      if (at(task)) resolve();
      else if (task.finishedAt !== null) reject(new Error(`the task ended before ${step}`));
    };
    using _heard = this.plane.subscribe((event) => {
      if (event.type === 'task.changed' && event.value.id === taskId) look(event.value);
    });
    look(await this.call('task.show', { id: taskId }));
    await promise;
  }

  async deleteInstance(ref: string): Promise<void> {
    await this.done((await this.call('instance.delete', { ref })).taskId);
  }

  async openConsole(
    ref: string,
    type: 'serial' | 'vnc',
  ): Promise<{ stream: Duplex; password: string | null }> {
    const { ticket, password } = await this.call('console.open', { ref, type });
    return { stream: await this.plane.redeemConsole(ticket), password };
  }

  /** Deletes all that was made, takes the hosts away and goes. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone) return;
    this.#gone = true;
    if (this.#plane === null) await this.start();
    for (const { name } of await this.call('host.list', {})) await this.connected(name);
    for (const { id } of await this.call('instance.list', {})) await this.deleteInstance(id);
    for (const { id } of await this.call('image.list', {})) await this.call('image.delete', { ref: id });
    await this.plane.idle();
    expect(await this.call('image.list', {})).toEqual([]);
    for (const { id } of await this.call('host.list', {})) await this.call('host.remove', { ref: id });
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Writes a file of the desk. @returns its path */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }
}

/** What is on some hosts of the lab, to be compared with what is there in the end. */
export class Traces {
  readonly #before: readonly (readonly [LabHost, Inventory])[];

  private constructor(before: readonly (readonly [LabHost, Inventory])[]) {
    this.#before = before;
  }

  static async of(...hosts: LabHost[]): Promise<Traces> {
    return new Traces(await Promise.all(hosts.map(async (host) => [host, await host.inventory()] as const)));
  }

  /** The default pool, which Micronova makes where there is none and leaves, is taken away first. */
  async expectNone(): Promise<void> {
    for (const [host, before] of this.#before) {
      const made = (await host.inventory()).pools.filter((pool) => !before.pools.includes(pool));
      if (made.includes('default')) {
        await host.sh('virsh -q pool-destroy default; virsh -q pool-undefine default');
      }
      expect(await host.inventory()).toEqual(before);
    }
  }
}
