import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { silentLog } from '../../core/domain/log.ts';
import { timestamp } from '../../core/domain/time.ts';
import type { Host, Instance } from '../../core/contract/index.ts';
import { HostManager } from '../../core/inventory/host-manager.ts';
import { openLibvirtDrivers } from '../../core/inventory/open-driver.ts';
import { openDatabase, type Database } from '../../core/state/database.ts';
import { getHost, insertHost } from '../../core/state/hosts.ts';
import { transition } from '../../core/state/instance-changes.ts';
import { getInstance, insertInstance } from '../../core/state/instances.ts';
import { HostSecretsStore } from '../../core/transport/secrets.ts';
import { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { emptyGuestXml, LibvirtWay } from './libvirt-way.ts';

const NAME = 'lvc-outside';
const lab = Lab.attach(inject('lab'));
const lh = lab.host(2);
let way: LibvirtWay;
let database: Database;
let manager: HostManager;
let hostId: string;
const id = randomUUID();

function row(): Instance {
  const instance = getInstance(database, id);
  if (instance === undefined) throw new Error('the instance is gone');
  return instance;
}

const becomes = (vmState: Instance['vmState']): Promise<Instance> =>
  until(`the instance to be ${vmState}`, () => (row().vmState === vmState ? row() : undefined));

const connection = (state: Host['connection']): Promise<Host> =>
  until(`the host to be ${state}`, () => {
    const host = getHost(database, hostId);
    return host?.connection === state ? host : undefined;
  });

async function define(): Promise<void> {
  await lh.writeFile(`/run/${NAME}.xml`, emptyGuestXml(NAME, id));
  await lh.virsh('-q', 'define', `/run/${NAME}.xml`);
}

beforeAll(async () => {
  way = await LibvirtWay.to(lab, lh);
  (await way.link()).close();
  database = openDatabase(':memory:', { log: silentLog });
  manager = new HostManager({
    database,
    log: silentLog,
    openDriver: openLibvirtDrivers({
      knownHosts: way.knownHosts,
      secrets: new HostSecretsStore(null),
      log: silentLog,
      linkTimeout: 2000,
    }),
  });
  hostId = randomUUID();
  const settings = {
    pool: 'default',
    network: 'default',
    virtMode: 'automatic',
    createdAt: timestamp(),
  } as const;
  await define();
  database.write((tx) => {
    insertHost(tx, { id: hostId, name: 'h2', address: way.address(), ...settings });
    insertInstance(tx, {
      id,
      name: 'web',
      hostname: 'web',
      domainName: NAME,
      flavor: {
        id: '1',
        name: 'm1.nano',
        vcpus: 1,
        ram: 64,
        disk: 1,
        ephemeral: 0,
        swap: 0,
        isPublic: true,
        description: null,
        extraSpecs: {},
      },
      imageId: null,
      imageName: null,
      keyName: null,
      publicKey: null,
      userData: null,
      metadata: {},
      mac: 'fa:16:3e:00:00:01',
      requestedHostId: null,
    });
    transition(tx, id, { set: { hostId, vmState: 'active', powerState: 'RUNNING', taskState: null } });
  });
  await manager.connect(hostId);
});

afterAll(async () => {
  await manager[Symbol.asyncDispose]();
  database.close();
  await lh.sh(
    `for name in ${NAME} ${NAME}-foreign; do virsh -q destroy $name || true; virsh -q undefine $name || true; done 2>&1`,
  );
  await way[Symbol.asyncDispose]();
});

describe('what happens outside Micronova', () => {
  it('is found when the host is connected', async () => {
    expect(await connection('connected')).toMatchObject({ hostname: 'h2', connectionError: null });
    expect(getHost(database, hostId)?.vcpus.total).toBeGreaterThan(0);
    expect(row()).toMatchObject({ vmState: 'stopped', powerState: 'SHUTDOWN' });
  });

  it('shows when somebody starts, pauses and destroys a guest with virsh', async () => {
    await lh.virsh('-q', 'start', NAME);
    await becomes('active');
    await lh.virsh('-q', 'suspend', NAME);
    await becomes('paused');
    await lh.virsh('-q', 'resume', NAME);
    await becomes('active');
    await lh.virsh('-q', 'destroy', NAME);
    expect(await becomes('stopped')).toMatchObject({ powerState: 'SHUTDOWN', status: 'SHUTOFF' });
  });

  it('shows when somebody removes a domain, and brings it back', async () => {
    await lh.virsh('-q', 'undefine', NAME);
    expect((await becomes('error')).fault?.error.message).toBe(`The domain ${NAME} is gone from the host.`);
    await define();
    expect((await becomes('stopped')).fault).toBeNull();
  });

  it('shows guests that have no instance', async () => {
    const name = `${NAME}-foreign`;
    await lh.writeFile(`/run/${name}.xml`, emptyGuestXml(name));
    await lh.virsh('-q', 'define', `/run/${name}.xml`);
    const find = () => manager.foreignGuests(hostId).find((guest) => guest.name === name);
    expect(await until('the foreign guest', find)).toMatchObject({ hostId, state: 'SHUTDOWN', ram: 64 });
    await lh.virsh('-q', 'undefine', name);
    await until('its end', () => (find() === undefined ? true : undefined));
  });

  it('shows after libvirtd was restarted', async () => {
    await lh.virsh('-q', 'start', NAME);
    await becomes('active');
    await lh.stopLibvirtd();
    const lost = await connection('disconnected');
    expect(lost.retryAt).not.toBeNull();
    expect(row().vmState).toBe('active');
    // Not with virsh once it is back: a daemon that finds a guest's monitor busy ends the guest itself, now and then.
    await lh.sh(`kill "$(cat /run/libvirt/qemu/${NAME}.pid)"`);
    await lh.startLibvirtd();
    await connection('connected');
    await becomes('stopped');
  });

  it('shows after the wire was dead for a while', async () => {
    await lh.cutLink();
    const lost = await connection('disconnected');
    expect(['transport.closed', 'transport.timeout']).toContain(lost.connectionError?.code);
    expect(() => manager.get(hostId)).toThrow(expect.objectContaining({ code: 'host.unavailable' }));
    await lh.virsh('-q', 'start', NAME);
    expect(row().vmState).toBe('stopped');
    await lh.restoreLink();
    await connection('connected');
    await becomes('active');
  });
});
