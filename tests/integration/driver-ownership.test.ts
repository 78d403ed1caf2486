import { randomUUID } from 'node:crypto';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ComputeDriver, DriverEvent } from '../../core/compute/driver.ts';
import type { GuestDescription } from '../../core/compute/mark.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { build, DriverWorld, guestSpec, imageSource, never, silent } from './driver-world.ts';

const lab = Lab.attach(inject('lab'));
const host = lab.host(2);
const A = { id: randomUUID(), name: 'ann@desk' };
const B = { id: randomUUID(), name: 'bob@desk' };

let world: DriverWorld;
let ann: ComputeDriver;
let bob: ComputeDriver;

beforeAll(async () => {
  world = await DriverWorld.create(lab.key);
  ann = await world.connect(host, 'root', { control: A });
  bob = await world.connect(host, 'root', { control: B });
  await ann.prepareHost(never);
});
afterAll(() => world.end());
afterEach(() => gone());

const uuid = randomUUID();
const control = (who: typeof A, generation: number) => ({ ...who, generation, previous: null });

function description(change: Partial<GuestDescription> = {}): GuestDescription {
  const spec = guestSpec(IMAGE, { id: uuid });
  const { image: _image, ...rest } = spec;
  return { ...rest, origin: 'adopted', image: null, control: control(A, 1), ...change };
}

const IMAGE = {
  id: randomUUID(),
  name: 'none',
  diskFormat: 'raw' as const,
  size: 512,
  virtualSize: 512,
  sha256: '0'.repeat(64),
  properties: {},
  file: '/nowhere',
};

const both = async () => [
  await host.virsh('dumpxml', 'stray'),
  await host.virsh('dumpxml', '--inactive', 'stray'),
];

async function stray(extra = ''): Promise<void> {
  const xml = `<domain type='qemu'><name>stray</name><uuid>${uuid}</uuid>${extra}
    <memory unit='MiB'>32</memory><vcpu>2</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>
    <devices><interface type='network'><source network='default'/><mac address='52:54:00:AA:00:01'/></interface>
    <serial type='pty'/></devices></domain>`;
  await host.writeFile('/run/stray.xml', xml);
  await host.virsh('define', '/run/stray.xml');
}

async function gone(): Promise<void> {
  await host.sh('virsh -q destroy stray || true; virsh -q undefine stray || true');
}

describe.each([
  ['without metadata', ''],
  ['with somebody’s own metadata', "<title>my own</title><metadata><x:y xmlns:x='urn:x'>1</x:y></metadata>"],
])('a guest %s', (_name, extra) => {
  it.each([true, false])('is left byte for byte as it was found (running: %s)', async (running) => {
    await stray(extra);
    if (running) await host.virsh('start', 'stray');
    const before = await both();
    const guest = description();
    await ann.takeOwnership(guest, null, never);
    expect((await both())[0]).toContain(A.id);
    expect((await both())[1]).toContain(A.id);
    await ann.describe({ ...guest, name: 'renamed', tags: ['a'] }, never);
    expect((await ann.findGuest(uuid, never)).description).toMatchObject({ name: 'renamed', tags: ['a'] });
    await ann.dropOwnership(guest, never);
    const [live, defined] = await both();
    expect(defined).toBe(before[1]);
    // What libvirt cannot take from a running domain: the empty element that the mark stood in.
    expect(live).toBe(
      running && extra === '' ? before[0]?.replace('</uuid>\n', '</uuid>\n  <metadata/>\n') : before[0],
    );
    if (running) await host.virsh('destroy', 'stray');
    expect((await both())[0]).toBe(before[1]);
  });
});

describe('a mark', () => {
  it('fences every change by another, in the running domain and off', async () => {
    await stray();
    await ann.takeOwnership(description(), null, never);
    for (const act of [
      () => bob.start(uuid, never),
      () => bob.destroy(uuid, never),
      () => bob.stop(uuid, 1000, never),
      () => bob.hardReboot(uuid, never),
      () => bob.undefine(uuid, never),
      () => bob.removeDisks(uuid, never),
      () => bob.releaseAddress(uuid, '52:54:00:aa:00:01', never),
      () => bob.describe(description({ control: control(B, 1) }), never),
      () => bob.dropOwnership(description(), never),
      () => bob.takeOwnership(description({ control: control(B, 2) }), null, never),
      () =>
        bob.takeOwnership(description({ control: control(B, 2) }), { controlId: A.id, generation: 9 }, never),
    ]) {
      await expect(act()).rejects.toMatchObject({
        code: 'instance.taken_over',
        details: { controlId: A.id, controlName: 'ann@desk' },
      });
    }
    await ann.start(uuid, never);
    const events: DriverEvent[] = [];
    using _ears = ann.onEvent((event) => events.push(event));
    await bob.takeOwnership(
      description({ control: control(B, 2) }),
      { controlId: A.id, generation: 1 },
      never,
    );
    await until(
      'the loser hears',
      () => events.some((e) => e.type === 'lifecycle' && e.what === 'marked') || undefined,
    );
    const seen = (await ann.listGuests(never)).find((one) => one.uuid === uuid);
    expect(seen?.owner).toMatchObject({ controlId: B.id, generation: 2 });
    await expect(ann.destroy(uuid, never)).rejects.toMatchObject({ code: 'instance.taken_over' });
    expect(await host.virsh('domstate', 'stray')).toContain('running');
    await bob.destroy(uuid, never);
    await gone();
  });

  it.each([
    [
      'garbage',
      '<micronova:instance xmlns:micronova="https://micronova.dev/xmlns/instance/1">x</micronova:instance>',
    ],
    [
      'of another guest',
      `<micronova:instance xmlns:micronova="https://micronova.dev/xmlns/instance/1" id="${randomUUID()}"/>`,
    ],
  ])('that is %s is not believed', async (_name, mark) => {
    await stray(`<metadata>${mark}</metadata>`);
    const found = (await ann.listGuests(never)).find((one) => one.uuid === uuid);
    expect(found).toMatchObject({ owner: null, badMark: expect.stringContaining('mark') as unknown });
    expect(await bob.findGuest(uuid, never)).toMatchObject({ description: null });
    await gone();
  });

  it('tells of devices, consoles and refusals', async () => {
    await stray();
    expect(await ann.findGuest(uuid, never)).toMatchObject({
      domainName: 'stray',
      vcpus: 2,
      ram: 32,
      nics: [{ mac: '52:54:00:aa:00:01', network: 'default' }],
      consoles: { serial: true, vnc: false, log: false },
      refusal: null,
    });
    await gone();
    await host.virsh('create', '/run/stray.xml', '--paused');
    expect(await ann.findGuest(uuid, never)).toMatchObject({
      refusal: expect.stringContaining('transient') as unknown,
    });
    expect((await ann.listGuests(never)).find((one) => one.uuid === uuid)?.transient).toBe(true);
    await gone();
    await expect(ann.findGuest(uuid, never)).rejects.toMatchObject({ code: 'guest.not_found' });
  });
});

describe('an image on a host', () => {
  it('comes back as it went', async () => {
    const before = await host.inventory();
    const image = await imageSource(TINY_IMAGE);
    await ann.uploadImage(image, silent);
    const file = join(world.folder, 'back.img');
    await ann.downloadImage(image, file, silent);
    expect(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ).toBe(image.sha256);
    await ann.removeImage(image.id, never);
    await expect(ann.downloadImage(image, file, silent)).rejects.toMatchObject({ code: 'image.not_found' });
    expect(await host.inventory()).toEqual(before);
  });

  it('is described whole by a guest that was built from it', async () => {
    const before = await host.inventory();
    const image = await imageSource(TINY_IMAGE);
    const guest = guestSpec(image, { control: control(A, 1), tags: ['t'], hints: { group: ['a', 'b'] } });
    await build(ann, guest);
    const { description: read } = await bob.findGuest(guest.id, never);
    const { file: _file, ...described } = image;
    const { userData: _userData, ...spec } = guest;
    expect(read).toEqual({ ...spec, image: described });
    await ann.destroy(guest.id, never);
    await ann.undefine(guest.id, never);
    await ann.removeDisks(guest.id, never);
    await ann.releaseAddress(guest.id, guest.mac, never);
    await ann.removeImage(image.id, never);
    expect(await host.inventory()).toEqual(before);
  });
});

describe('an adopted guest', () => {
  it('keeps its display’s password, says what it lacks, and keeps its disks and variables', async () => {
    const xml = `<domain type='qemu'><name>stray</name><uuid>${uuid}</uuid>
      <memory unit='MiB'>32</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>
      <devices><graphics type='vnc' autoport='yes' listen='127.0.0.1'/></devices></domain>`;
    await host.writeFile('/run/stray.xml', xml);
    await host.virsh('define', '/run/stray.xml');
    await host.virsh('start', 'stray');
    await ann.takeOwnership(description(), null, never);
    const before = await host.virsh('dumpxml', '--security-info', 'stray');
    const { stream, password } = await ann.openDisplay(uuid, never);
    stream.destroy();
    expect(password).toBeNull();
    expect(await host.virsh('dumpxml', '--security-info', 'stray')).toBe(before);
    await expect(ann.openSerial(uuid, never)).rejects.toMatchObject({
      code: 'instance.no_console',
      message: expect.stringContaining('no serial console defined') as unknown,
    });
    await ann.destroy(uuid, never);
    await ann.undefine(uuid, never);
    expect(await host.virsh('list', '--all', '--name')).not.toContain('stray');
  });
});
