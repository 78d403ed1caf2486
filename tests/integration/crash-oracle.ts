import { expect } from 'vitest';
import type { LabHost } from '../lab/host.ts';
import type { Desk } from './control-plane.ts';

/** What Micronova made, by its names: a guest, its volumes, its reservation. */
async function madeOn(host: LabHost) {
  const { domains, volumes, reservations, guests } = await host.inventory();
  return {
    domains: domains.filter((name) => name.startsWith('micronova-')),
    running: guests.filter((name) => name.startsWith('micronova-')),
    volumes: volumes.filter((name) => name.includes('micronova-') && !name.includes('micronova-image-')),
    reservations,
  };
}

/** Asks virsh and the rows, once nothing is under way: nothing lost, nothing doubled, nothing left behind. */
export async function expectWhole(desk: Desk, hosts: readonly LabHost[]): Promise<void> {
  const instances = await desk.call('instance.list', {});
  expect(instances.filter(({ taskState }) => taskState !== null)).toEqual([]);
  for (const host of hosts) {
    const here = instances.filter(({ hostName }) => hostName === host.name);
    const made = await madeOn(host);
    expect(made.domains).toEqual(here.map(({ domainName }) => domainName).toSorted());
    const running = here.filter(({ powerState }) => powerState === 'RUNNING');
    expect(made.running).toEqual(running.map(({ domainName }) => domainName).toSorted());
    const strays = made.volumes.filter(
      (name) => !here.some(({ id, domainName }) => name.includes(id) || name.includes(domainName)),
    );
    expect(strays).toEqual([]);
    expect(made.volumes.length > 0).toBe(here.length > 0);
    const macs = here.flatMap(({ addresses }) => addresses.map(({ mac }) => mac));
    for (const mac of macs) expect(made.reservations.filter((line) => line.includes(mac))).toHaveLength(1);
    expect(made.reservations).toHaveLength(macs.length);
  }
  await expectClaims(desk);
  const tasks = await desk.call('task.list', {});
  expect(tasks.filter(({ state }) => state === 'queued' || state === 'running')).toEqual([]);
}

/** Claims are the sum of what the instances ask for. */
async function expectClaims(desk: Desk): Promise<void> {
  const instances = await desk.call('instance.list', {});
  for (const { id, vcpus, ram } of await desk.call('host.list', {})) {
    const here = instances.filter(({ hostId }) => hostId === id);
    expect(vcpus.used).toBe(here.reduce((sum, { flavor }) => sum + flavor.vcpus, 0));
    expect(ram.used).toBe(here.reduce((sum, { flavor }) => sum + flavor.ram, 0));
  }
}
