import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ComputeDriver } from '../../core/compute/driver.ts';
import { Lab } from '../lab/lab.ts';
import { Tally } from '../simulation/tally.ts';
import { atStep, type Moment, MOMENTS, type Point } from './at-step.ts';
import { Desk, Traces } from './control-plane.ts';
import { expectWhole } from './crash-oracle.ts';

const PROCESS = join(import.meta.dirname, 'crash-process.ts');
const ARTIFACTS = join(import.meta.dirname, '../../artifacts');

/** `MICRONOVA_CRASH_MATRIX=all`: every moment of every step; left out: each step at one of its moments. */
const isAll = process.env['MICRONOVA_CRASH_MATRIX'] === 'all';

type Step = keyof ComputeDriver;
type Act = 'create' | 'reboot' | 'delete' | 'start' | 'stop';

/** The steps on the host of each operation, in their order. */
const STEPS: Readonly<Record<Act, readonly Step[]>> = {
  create: [
    'hasImage',
    'uploadImage',
    'createRootDisk',
    'createExtraDisks',
    'reserveAddress',
    'writeConfigDrive',
    'define',
    'start',
  ],
  reboot: ['hardReboot'],
  stop: ['destroy'],
  start: ['start'],
  delete: ['destroy', 'undefine', 'removeDisks', 'releaseAddress'],
};

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
const kills = new Tally();
let desk: Desk;
let traces: Traces;
let images = 0;

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  await Promise.all([desk.addHost(h1), desk.addHost(h2)]);
  await desk.addImage('tiny', ['h1']);
  await desk.call('flavor.create', { name: 'tiny', vcpus: 1, ram: 96, disk: 1, ephemeral: 1, swap: 16 });
});

afterAll(async () => {
  kills.write(join(ARTIFACTS, 'crash-real-hosts.txt'));
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});

/** Another process does it, and is killed at this moment; then the desk's own takes over. */
async function killed(point: Point, method: string, input: object): Promise<void> {
  await desk.close();
  const args = [PROCESS, desk.folder, point.step, point.moment, method, JSON.stringify(input)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  await desk.start();
  await desk.plane.idle();
}

async function image(step: Step): Promise<string> {
  if (step !== 'uploadImage') return 'tiny';
  images += 1;
  await desk.addImage(`fresh ${images}`);
  return `fresh ${images}`;
}

async function create(step: Step): Promise<object> {
  return { name: 'victim', flavor: 'tiny', image: await image(step), host: 'h1' };
}

async function settled(): Promise<void> {
  await Promise.all([desk.connected('h1'), desk.connected('h2')]);
  await desk.plane.idle();
  await expectWhole(desk, [h1, h2]);
}

async function built(): Promise<void> {
  const { id } = await desk.create({ name: 'victim', flavor: 'tiny', image: 'tiny', host: 'h1' });
  await desk.status(id, 'ACTIVE');
}

async function expectGone(): Promise<void> {
  await settled();
  expect(await desk.call('instance.list', {})).toEqual([]);
}

async function expectActive(): Promise<void> {
  await desk.status('victim', 'ACTIVE');
  await settled();
}

const each = (act: Act): [Step, Moment][] =>
  STEPS[act].flatMap((step, index) =>
    isAll
      ? MOMENTS.map((moment): [Step, Moment] => [step, moment])
      : [[step, MOMENTS[index % 3] ?? 'during']],
  );

function count(act: Act, { step, moment }: Point): void {
  kills.count('kill', { step: `${act} ${step}`, moment });
}

describe('after its process was killed', () => {
  it.each(each('create'))('at %s (%s) a build ends active', async (step, moment) => {
    await killed({ step, moment }, 'instance.create', await create(step));
    count('create', { step, moment });
    await expectActive();
    await desk.deleteInstance('victim');
    await expectGone();
  });

  it.each(each('reboot'))('at %s (%s) a guest is rebooted', async (step, moment) => {
    await built();
    await killed({ step, moment }, 'instance.reboot', { ref: 'victim', type: 'hard' });
    count('reboot', { step, moment });
    await expectActive();
    await desk.deleteInstance('victim');
    await expectGone();
  });

  it.each(each('start'))('at %s (%s) a guest is started', async (step, moment) => {
    await built();
    const { domainName } = await desk.call('instance.show', { ref: 'victim' });
    await h1.virsh('-q', 'destroy', domainName);
    await desk.status('victim', 'SHUTOFF');
    await killed({ step, moment }, 'instance.start', { ref: 'victim' });
    count('start', { step, moment });
    await expectActive();
    await desk.deleteInstance('victim');
    await expectGone();
  });

  it.each(each('delete'))('at %s (%s) a guest is deleted', async (step, moment) => {
    await built();
    await killed({ step, moment }, 'instance.delete', { ref: 'victim' });
    count('delete', { step, moment });
    await expectGone();
  });
});

const FAULTS = {
  'the link was cut': () => h1.closeLink(),
  'libvirtd was restarted': () => h1.restartLibvirtd(),
  'the power was cut': async () => {
    await h1.powerCut();
    await h1.powerOn();
  },
} satisfies Record<string, () => Promise<void>>;

const faults = Object.entries(FAULTS).flatMap(([words, fault], index) =>
  STEPS.create
    .filter((_step, at) => isAll || at % 4 === index)
    .map((step, at) => [words, step, MOMENTS[at % 3] ?? 'during', fault] as const),
);

describe('after', () => {
  it.each(faults)(
    '%s at %s (%s) a build ends active, or the host’s word counts',
    async (words, step, moment, fault) => {
      await desk.close();
      await desk.start({ around: atStep({ step, moment }, fault) });
      await Promise.all([desk.connected('h1'), desk.connected('h2')]);
      const { id, taskId } = await desk.create({ ...(await create(step)), name: 'victim' });
      await desk.done(taskId);
      kills.count(words, { step: `create ${step}`, moment });
      await settled();
      const { status } = await desk.call('instance.show', { ref: id });
      // A guest that ran already when the power went is off.
      expect(status === 'ACTIVE' || (status === 'SHUTOFF' && words === 'the power was cut')).toBe(true);
      await desk.deleteInstance('victim');
      await expectGone();
    },
  );
});
