import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Finding } from '../../core/contract/index.ts';
import { comparableDefinition } from '../../core/libvirt/xml/definition.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { Desk, PATIENCE, Traces } from './control-plane.ts';
import { emptyGuestXml } from './libvirt-way.ts';

const IMAGES = '/var/lib/libvirt/images';

const lab = Lab.attach(inject('lab'));
const [h1, h2] = [lab.host(1), lab.host(2)];
let desk: Desk;
let traces: Traces;
let id: string;

const look = (): Promise<Finding[]> => desk.call('finding.list', { look: true });
const web = () => desk.call('instance.show', { ref: id });

/** Waits for a finding that an event brings about: nobody looks. */
async function heard(kind: Finding['kind']): Promise<Finding> {
  const find = async () => (await desk.call('finding.list', {})).find((one) => one.kind === kind);
  return until(`finding ${kind}`, find, PATIENCE);
}

const resolve = (finding: Finding, how: Finding['resolutions'][number]) =>
  desk.call('finding.resolve', { id: finding.id, how });

function definition(): Promise<string> {
  return h1.virsh('dumpxml', '--inactive', '--security-info', id);
}

async function define(xml: string, host = h1): Promise<void> {
  await host.writeFile('/run/reconcile.xml', xml);
  await host.virsh('-q', 'define', '/run/reconcile.xml');
}

async function settle(): Promise<void> {
  await desk.instance(id, ({ taskState }) => taskState === null);
}

async function start(): Promise<void> {
  await desk.done((await desk.call('instance.start', { ref: id })).taskId);
}

beforeAll(async () => {
  traces = await Traces.of(h1, h2);
  desk = await Desk.create(lab);
  await Promise.all([desk.addHost(h1), desk.addHost(h2)]);
  await desk.addImage('tiny', ['h1']);
  const created = await desk.create({ name: 'web', host: 'h1' });
  ({ id } = created);
  await desk.done(created.taskId);
});

afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await traces.expectNone();
});

describe('a definition', () => {
  it('is the one that was agreed to after the build, a stop and a start, and another title', async () => {
    expect(await look()).toEqual([]);
    await desk.done((await desk.call('instance.reboot', { ref: id, type: 'hard' })).taskId);
    await h1.virsh('-q', 'desc', id, '--config', '--live', '--title', 'another title');
    expect(await look()).toEqual([]);
  });

  it('that somebody changed is heard of, shown, and restored for the next start', async () => {
    const before = await definition();
    await define(before.replace('<on_crash>destroy</on_crash>', '<on_crash>preserve</on_crash>'));
    const drift = await heard('drift');
    expect(drift).toMatchObject({ instanceId: id, subject: 'web', hostName: 'h1' });
    expect(drift.definitions?.ours).toContain('\n  <on_crash>destroy</on_crash>\n');
    expect(drift.definitions?.host).toContain('\n  <on_crash>preserve</on_crash>\n');
    await resolve(drift, 'restore_ours');
    expect(await look()).toEqual([]);
    expect(comparableDefinition(await definition())).toBe(comparableDefinition(before));
    expect(await web()).toMatchObject({ status: 'ACTIVE', taskState: null });
  });

  it('that somebody changed is accepted, with the size and the claim', async () => {
    const before = await definition();
    await define(before.replace(/<vcpu([^>]*)>1</, '<vcpu$1>2<'));
    const drift = await heard('drift');
    const { used } = (await desk.call('host.show', { ref: 'h1' })).vcpus;
    await resolve(drift, 'accept_host');
    expect((await web()).flavor.vcpus).toBe(2);
    expect((await desk.call('host.show', { ref: 'h1' })).vcpus.used).toBe(used + 1);
    expect(await look()).toEqual([]);
  });
});

describe('a guest', () => {
  it('that somebody saves and starts again is followed', async () => {
    await h1.virsh('-q', 'managedsave', id);
    await desk.instance(id, ({ status }) => status === 'SHUTOFF' || status === 'SUSPENDED');
    await h1.virsh('-q', 'start', id);
    expect((await desk.status(id, 'ACTIVE')).powerState).toBe('RUNNING');
  });

  it('that somebody switches off, renames and starts is followed, under its new name', async () => {
    await h1.virsh('-q', 'destroy', id);
    await desk.status(id, 'SHUTOFF');
    await h1.virsh('-q', 'domrename', id, 'somebody-s name');
    await desk.instance(id, ({ domainName }) => domainName === 'somebody-s name');
    await h1.virsh('-q', 'start', 'somebody-s name');
    await desk.status(id, 'ACTIVE');
    expect(await look()).toEqual([]);
  });

  it('whose domain was undefined while it ran is gone with its end', async () => {
    await h1.virsh('-q', 'undefine', id);
    await look();
    expect(await web()).toMatchObject({ status: 'ACTIVE' });
    await h1.virsh('-q', 'destroy', id);
    await desk.status(id, 'ERROR');
  });

  it('whose domain is missing is restored with its disk, and boots', async () => {
    const missing = await heard('missing_domain');
    expect(missing.resolutions).toEqual(['restore_ours', 'remove']);
    await h1.sh(`mv ${IMAGES}/micronova-${id}-root.qcow2 /var/lib/libvirt/away.qcow2`);
    await expect(resolve(missing, 'restore_ours')).rejects.toMatchObject({ code: 'libvirt.not_found' });
    await h1.sh(`mv /var/lib/libvirt/away.qcow2 ${IMAGES}/micronova-${id}-root.qcow2`);
    await resolve(missing, 'restore_ours');
    await desk.status(id, 'SHUTOFF');
    expect(await look()).toEqual([]);
    expect((await web()).fault).toBeNull();
    await settle();
    await start();
    expect(await web()).toMatchObject({ status: 'ACTIVE', flavor: { vcpus: 2 } });
    expect(await look()).toEqual([]);
  });

  it('that is on a second host too is undefined there on request, and only there', async () => {
    await define(await definition(), h2);
    const double = await heard('doubled_domain');
    expect(double).toMatchObject({ hostName: 'h2', instanceId: id, resolutions: ['remove'] });
    await resolve(double, 'remove');
    expect((await h2.inventory()).domains).toEqual([]);
    expect(await web()).toMatchObject({ status: 'ACTIVE' });
    expect(await look()).toEqual([]);
  });
});

describe('what lies on a host', () => {
  const volume = (guest: string) => `micronova-${guest}-root.qcow2`;
  const make = (name: string, when: string) =>
    h1.sh(`virsh -q vol-create-as default ${name} 1M --format qcow2; touch -d '${when}' ${IMAGES}/${name}`);

  it('and is nobody’s is listed and removed; what is somebody’s, or young, is let alone', async () => {
    const [old, young, used] = [randomUUID(), randomUUID(), randomUUID()].map(volume);
    const image = `micronova-image-${randomUUID()}.raw`;
    await make(old ?? '', '2 hours ago');
    await make(young ?? '', 'now');
    await make(used ?? '', '2 hours ago');
    await make('somebody.qcow2', '2 hours ago');
    await make(image, '2 hours ago');
    const disk = `<disk type='file' device='disk'><source file='${IMAGES}/${used}'/><target dev='hda'/></disk>`;
    await define(emptyGuestXml('somebody').replace('<devices>', `<devices>${disk}`));

    const found = await look();
    expect(found.map(({ kind, subject }) => [kind, subject])).toEqual(
      [
        ['orphan_image', image],
        ['orphan_volume', old],
        ['orphan_volume', used],
      ].toSorted(([a, b], [c, d]) => (`${a}${b}` < `${c}${d}` ? -1 : 1)),
    );
    for (const finding of found) {
      expect(finding.bytes).toBeGreaterThan(0);
      const removed = resolve(finding, 'remove');
      if (finding.subject === used) await expect(removed).rejects.toMatchObject({ code: 'host.in_use' });
      else await removed;
    }
    const left = await h1.sh(`ls ${IMAGES}`);
    expect(left).toContain(used);
    expect(left).toContain(young);
    expect(left).toContain('somebody.qcow2');
    expect(left).not.toContain(old);
    expect(left).not.toContain(image);
    await h1.virsh('-q', 'undefine', 'somebody');
    for (const name of [young, used, 'somebody.qcow2'])
      await h1.virsh('-q', 'vol-delete', name ?? '', 'default');
    expect(await look()).toEqual([]);
  });

  it('as a reservation of a deleted instance is given back; another’s stays', async () => {
    const created = await desk.create({ name: 'short', host: 'h1' });
    await desk.done(created.taskId);
    const [address] = (await desk.call('instance.show', { ref: created.id })).addresses;
    await desk.deleteInstance(created.id);
    const add = (mac: string, ip: string) =>
      h1.virsh(
        '-q',
        'net-update',
        'default',
        'add',
        'ip-dhcp-host',
        `<host mac='${mac}' ip='${ip}'/>`,
        '--live',
        '--config',
      );
    const { mac = '', address: ip = '' } = address ?? {};
    const other = '52:54:00:aa:bb:cc';
    await add(mac, ip);
    await add(
      other,
      ip.replace(/\d+$/, (last) => `${Number(last) === 99 ? 98 : 99}`),
    );
    const found = await look();
    expect(found).toMatchObject([{ kind: 'orphan_reservation', subject: mac, resolutions: ['remove'] }]);
    for (const finding of found) await resolve(finding, 'remove');
    expect(await look()).toEqual([]);
    const reserved = (await h1.inventory()).reservations.join();
    expect(reserved).toContain(other);
    expect(reserved).not.toContain(mac);
    await h1.virsh(
      '-q',
      'net-update',
      'default',
      'delete',
      'ip-dhcp-host',
      `<host mac='${other}'/>`,
      '--live',
      '--config',
    );
  });
});
