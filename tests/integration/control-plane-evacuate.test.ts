import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Host, Task } from '../../core/contract/index.ts';
import type { LabHost } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { Desk, Traces } from './control-plane.ts';

const LINK_TIMEOUT = 2_000;
const POOL = 'shared';

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
/** One folder of the machine is the pool of both hosts, as one export of a NAS would be. */
const FOLDER = join(lab.info.folder, POOL);
let desk: Desk;
let traces: Traces;

const isLost = ({ connection, retryAt }: Host): boolean => connection === 'disconnected' && retryAt !== null;
const domainsOf = async (host: LabHost): Promise<readonly string[]> => (await host.inventory()).domains;

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  await desk.call('settings.set', { linkTimeout: LINK_TIMEOUT });
  await Promise.all([desk.addHost(h1), desk.addHost(h2)]);
});

afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  for (const host of [h1, h2]) {
    await host.sh(`virsh -q pool-destroy ${POOL} || true; virsh -q pool-undefine ${POOL} || true`);
  }
  await h1.sh(`rm -rf ${FOLDER}`);
  await traces.expectNone();
});

async function launch(name: string): Promise<string> {
  const { id, taskId } = await desk.create({ name, host: 'h1', metadata: { role: 'db' } });
  await desk.done(taskId);
  return id;
}

async function evacuate(ref: string): Promise<Task> {
  await h1.powerCut();
  await desk.host('h1', isLost);
  const { taskId } = await desk.call('instance.evacuate', { ref });
  return desk.ended(taskId);
}

/** The old host is back, and rid of what was left there. */
async function powerOn(): Promise<void> {
  await h1.powerOn();
  await desk.connected('h1');
  const cleanup = (await desk.call('task.list', {})).find(({ kind }) => kind === 'instance.cleanup');
  await desk.done(cleanup?.id ?? '');
}

describe('a host that is gone', () => {
  it('is refused while it is there', async () => {
    await desk.addImage('tiny', ['h1', 'h2']);
    const ref = await launch('here');
    await expect(desk.call('instance.evacuate', { ref })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('“h1” is connected'),
    });
    await desk.deleteInstance(ref);
  });

  it('has its instance built anew elsewhere, and is cleaned when it is back', async () => {
    const ref = await launch('gone');
    const before = await desk.call('instance.show', { ref });
    expect(await evacuate(ref)).toMatchObject({ state: 'done', error: null });
    const after = await desk.instance(ref, ({ taskState }) => taskState === null);
    expect(after).toMatchObject({
      status: 'ACTIVE',
      powerState: 'RUNNING',
      hostName: 'h2',
      metadata: { role: 'db' },
    });
    expect(after.addresses.map(({ mac }) => mac)).toEqual(before.addresses.map(({ mac }) => mac));
    expect(await h2.virsh('dumpxml', after.domainName)).toContain(ref);
    await powerOn();
    expect(await domainsOf(h1)).not.toContain(after.domainName);
    expect(await desk.instance(ref, ({ taskState }) => taskState === null)).toMatchObject({
      status: 'ACTIVE',
      hostName: 'h2',
    });
    await desk.deleteInstance(ref);
  });
});

describe('hosts that share their storage', () => {
  it('keep the disk of an instance that is evacuated', async () => {
    // What is in a pool stays there when the host is given another.
    await desk.call('image.delete', { ref: 'tiny' });
    await desk.plane.idle();
    await h1.sh(`mkdir -p -m 711 ${FOLDER}`);
    for (const host of [h1, h2]) {
      const define = `virsh -q pool-define-as ${POOL} dir --target ${FOLDER}`;
      await host.sh(`${define} && virsh -q pool-start ${POOL} && virsh -q pool-autostart ${POOL}`);
      await desk.call('host.set', { ref: host.name, pool: POOL });
      await desk.connected(host.name);
    }
    await desk.addImage('tiny', ['h1']);
    const ref = await launch('kept');
    const disk = join(FOLDER, `micronova-${ref}-root.qcow2`);
    const inode = await h2.sh(`stat -c %i ${disk}`);
    const task = await evacuate(ref);
    expect(task).toMatchObject({ state: 'done', error: null });
    expect(await desk.status(ref, 'ACTIVE')).toMatchObject({ hostName: 'h2' });
    expect(await h2.sh(`stat -c %i ${disk}`)).toBe(inode);
    await powerOn();
    const { domainName } = await desk.call('instance.show', { ref });
    expect(await domainsOf(h1)).not.toContain(domainName);
    expect(await h1.sh(`stat -c %i ${disk}`)).toBe(inode);
    expect(await h2.virsh('domstate', domainName)).toContain('running');
    await desk.deleteInstance(ref);
    expect(await h2.sh(`ls ${FOLDER}`)).not.toContain(ref);
  });
});
