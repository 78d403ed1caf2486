import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { Desk, Traces } from './control-plane.ts';

const PROCESS = join(import.meta.dirname, 'control-plane-process.ts');

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
let desk: Desk;
let traces: Traces;

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  await Promise.all([desk.addHost(h1), desk.addHost(h2)]);
  await desk.addImage('tiny', ['h1']);
});

afterAll(async () => {
  await h1.restoreLink();
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});

/** The instance that was being built goes on to its end: one guest, on one host. */
async function expectBuiltOnce(name: string): Promise<void> {
  const task = (await desk.call('task.list', {})).find(
    ({ subject, kind }) => subject === name && kind === 'instance.create',
  );
  if (task === undefined) throw new Error(`nobody builds ${name}`);
  await desk.done(task.id);
  const { domainName, ...instance } = await desk.call('instance.show', { ref: name });
  expect(instance).toMatchObject({ status: 'ACTIVE', powerState: 'RUNNING', hostName: 'h1', fault: null });
  for (const [host, count] of [
    [h1, 1],
    [h2, 0],
  ] as const) {
    const { domains, guests } = await host.inventory();
    expect(domains.filter((domain) => domain === domainName)).toHaveLength(count);
    expect(guests.filter((guest) => guest === domainName)).toHaveLength(count);
  }
  const [create] = await desk.call('instance.actions', { ref: name });
  expect(create).toMatchObject({ action: 'create', result: 'success' });
  expect(create?.events.every(({ result }) => result === 'success')).toBe(true);
  await desk.deleteInstance(name);
}

/** Has another process build an instance on the desk's data folder, and kills it as soon as this step begins. */
async function killedAt(
  step: string,
  input: { readonly name: string; readonly image: string },
): Promise<void> {
  const request = JSON.stringify({ flavor: 'm1.nano', host: 'h1', ...input });
  const child = spawn(process.execPath, [PROCESS, desk.folder, request], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const gone = once(child, 'exit');
  await sees(child, `${step} running`);
  child.kill('SIGKILL');
  expect(await gone).toEqual([null, 'SIGKILL']);
}

async function sees({ stdout }: ChildProcess, wanted: string): Promise<void> {
  if (stdout === null) throw new Error('no output of the process');
  for await (const line of createInterface({ input: stdout })) if (line === wanted) return;
  throw new Error(`the process ended before “${wanted}”`);
}

describe('a build goes on', () => {
  it.each(['root_disk', 'define'])('after a quit at step %s', async (step) => {
    const name = `quit ${step}`;
    const { taskId } = await desk.create({ name, host: 'h1' });
    await desk.reaches(taskId, step);
    await desk.close();
    await desk.start();
    await expectBuiltOnce(name);
  });

  it.each(['schedule', 'root_disk', 'config_drive', 'define', 'start'])(
    'after its process was killed at step %s',
    async (step) => {
      const name = `killed ${step}`;
      await desk.close();
      await killedAt(step, { name, image: 'tiny' });
      await desk.start();
      await expectBuiltOnce(name);
    },
  );

  it('after its process was killed in the middle of the upload', async () => {
    const image = await desk.addImage('fresh');
    await desk.close();
    // The wire goes dead after six of seventeen megabytes, so that the upload cannot end before its process does.
    await h1.cutLink(6_000_000);
    await killedAt('image', { name: 'killed upload', image: 'fresh' });
    await h1.restoreLink();
    await h1.closeLink();
    await desk.start();
    await expectBuiltOnce('killed upload');
    const { sha256 } = await desk.call('image.show', { ref: image });
    const sum = await h1.sh(`sha256sum /var/lib/libvirt/images/micronova-image-${image}.qcow2`);
    expect(sum.split(' ')[0]).toBe(sha256);
  });
});
