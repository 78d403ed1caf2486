import { expect, test, type Locator } from '@playwright/test';
import type { LabHost } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { Home, MicronovaWindow } from './micronova-window.ts';

// One desk with two hosts; each test begins where the one before has ended.
test.describe.configure({ mode: 'serial' });

const FOREIGN = 'by-hand';

let lab: Lab;
let home: Home;
let window: MicronovaWindow;
let h1: LabHost;
let h2: LabHost;

const page = () => window.page;
const row = (name: string): Locator => page().getByRole('row').filter({ hasText: name });
const shot = (name: string) => window.shot('cloud', name);

async function addHosts(to: MicronovaWindow): Promise<void> {
  for (const host of [h1, h2]) {
    const address = { kind: 'ssh', address: '127.0.0.1', port: host.port, user: 'root' };
    await to.call('host.add', { name: host.name, address, acceptHostKey: await host.fingerprint() });
  }
}

async function act(name: string, item: string): Promise<void> {
  await page()
    .getByRole('button', { name: `More actions for ${name}`, exact: true })
    .click();
  await page().getByRole('menuitem', { name: item, exact: true }).click();
}

/** Asks the control plane until an instance is in this status, and idle. */
async function becomes(name: string, status: string): Promise<void> {
  await expect(async () => {
    expect(await window.call('instance.show', { ref: name })).toMatchObject({ status, taskState: null });
  }).toPass({ timeout: 120_000 });
}

test.beforeAll(async () => {
  lab = await Lab.up({ hosts: 2 });
  [h1, h2] = [lab.host(1), lab.host(2)];
  home = await Home.make(lab.key);
  window = await MicronovaWindow.open(home);
  await expect(page().getByRole('navigation')).toBeVisible();
  await addHosts(window);
  await window.call('image.create', { name: 'cloud', file: TINY_IMAGE });
  await expect(async () => {
    expect(await window.call('image.show', { ref: 'cloud' })).toMatchObject({ status: 'active' });
  }).toPass({ timeout: 60_000 });
  const group = await window.call('serverGroup.create', { name: 'apart', policy: 'anti-affinity' });
  const launch = { flavor: 'm1.nano', image: 'cloud', group: (group as { id: string }).id };
  await window.call('instance.create', { ...launch, name: 'one', host: 'h1', tags: ['web'] });
  await window.call('instance.create', { ...launch, name: 'two', host: 'h2' });
  await becomes('one', 'ACTIVE');
  await becomes('two', 'ACTIVE');
});

test.afterAll(async () => {
  await window.close();
  await home.remove();
  await lab.down();
});

test('says why an instance is where it is', async () => {
  await window.goTo('Instances');
  await row('one').click();
  await page().getByRole('tab', { name: 'Why here' }).click();
  await expect(page().getByText('Chosen')).toBeVisible();
  await expect(page().getByText('another host was asked for').first()).toBeVisible();
  await shot('decision');
});

test('simulates launches, and the death of a host', async () => {
  await window.goTo('Scheduler');
  await page().getByLabel('How many').fill('3');
  await expect(page().getByText('All 3 would find room.')).toBeVisible();
  await page().getByRole('button', { name: 'Count them' }).click();
  await expect(page().getByText(/more would find room/)).toBeVisible();
  await shot('simulator');
  await page().getByRole('tab', { name: 'What if a host died…' }).click();
  await page().getByRole('combobox', { name: 'If this host died' }).click();
  await page().getByRole('option', { name: 'h1', exact: true }).click();
  // Its group keeps it apart from the other one, and this computer, where there is libvirt, may take it.
  await expect(page().getByRole('cell', { name: 'one', exact: true })).toBeVisible();
  await shot('host-loss');
});

test('pauses, locks and unlocks from the menu, and says why what is locked cannot be done', async () => {
  await window.goTo('Instances');
  await act('one', 'Pause');
  await expect(row('one').getByText('Paused', { exact: true })).toBeVisible({ timeout: 60_000 });
  await act('one', 'Unpause');
  await expect(row('one').getByText('Running', { exact: true })).toBeVisible({ timeout: 60_000 });
  await act('one', 'Lock…');
  await page().getByLabel('Why (others see it)').fill('do not touch');
  await page().getByRole('dialog').getByRole('button', { name: 'Lock…', exact: true }).click();
  await page().getByRole('button', { name: 'More actions for one', exact: true }).click();
  await page().getByRole('menuitem', { name: 'Stop', exact: true }).hover();
  await expect(
    page()
      .getByText(/do not touch/)
      .first(),
  ).toBeVisible();
  await shot('locked');
  await page().getByRole('menuitem', { name: 'Unlock', exact: true }).click();
});

test('shows the figures of a guest', async () => {
  await row('one').click();
  await page().getByRole('tab', { name: 'Diagnostics' }).click();
  await expect(page().getByRole('cell', { name: 'vda' })).toBeVisible();
  await shot('diagnostics');
});

test('lets an action wait for a host that is away', async () => {
  await window.goTo('Instances');
  await h2.cutLink();
  await h2.closeLink();
  await h2.cutLink();
  await expect(async () => {
    expect(await window.call('host.show', { ref: 'h2' })).not.toMatchObject({ connection: 'connected' });
  }).toPass({ timeout: 60_000 });
  await act('two', 'Stop');
  await expect(
    page()
      .getByRole('dialog')
      .getByText(/h2 is not connected/),
  ).toBeVisible();
  await shot('when-back');
  await page().getByRole('button', { name: 'When it is back' }).click();
  await window.goTo('Activity');
  await expect(page().getByRole('heading', { name: 'Waiting for hosts' })).toBeVisible();
  await shot('waiting');
  await h2.restoreLink();
  await window.call('host.connect', { ref: 'h2' });
  await becomes('two', 'SHUTOFF');
  await window.call('instance.start', { ref: 'two' });
  await becomes('two', 'ACTIVE');
});

test('shows a drifted definition, and accepts it', async () => {
  const one = (await window.call('instance.show', { ref: 'one' })) as { domainName: string };
  await h1.virsh('-q', 'setmem', one.domainName, '98304', '--config');
  await window.goTo('Differences');
  await page().getByRole('button', { name: 'Look again' }).click();
  await row('Definition changed').click();
  await expect(page().getByText('As the host has it')).toBeVisible();
  await shot('drift');
  await page().getByRole('button', { name: 'Accept the host’s' }).click();
  await expect(row('Definition changed')).toHaveCount(0, { timeout: 30_000 });
});

test('adopts a guest made by hand, and releases it again', async () => {
  await h2.sh(`virsh -q define /dev/stdin <<'XML'
<domain type='qemu'><name>${FOREIGN}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><serial type='pty'/></devices></domain>
XML
virsh -q start ${FOREIGN}`);
  await window.goTo('Hypervisors');
  await expect(row(FOREIGN)).toBeVisible({ timeout: 30_000 });
  await act(FOREIGN, 'Adopt…');
  await shot('adopt');
  await page().getByRole('dialog').getByRole('button', { name: 'Adopt', exact: true }).click();
  await becomes(FOREIGN, 'ACTIVE');
  await window.goTo('Instances');
  await expect(row(FOREIGN).getByText('Running', { exact: true })).toBeVisible();
  await act(FOREIGN, 'Release');
  await page().getByRole('dialog').getByRole('button', { name: 'Release', exact: true }).click();
  await expect(row(FOREIGN)).toHaveCount(0, { timeout: 60_000 });
  expect(await h2.virsh('domstate', FOREIGN)).toContain('running');
  expect(await h2.virsh('dumpxml', FOREIGN)).not.toContain('micronova');
});

test('rebuilds everything from the hosts after the data folder was lost', async () => {
  await window.close();
  await home.remove();
  home = await Home.make(lab.key);
  window = await MicronovaWindow.open(home);
  await expect(page().getByRole('navigation')).toBeVisible();
  await addHosts(window);
  await window.goTo('Hypervisors');
  await page().getByRole('button', { name: 'Rebuild…' }).click({ timeout: 60_000 });
  await shot('recovery');
  await page().getByRole('dialog').getByRole('button', { name: 'Rebuild 2', exact: true }).click();
  await becomes('one', 'ACTIVE');
  await becomes('two', 'ACTIVE');
  expect(await window.call('instance.show', { ref: 'one' })).toMatchObject({
    tags: ['web'],
    groupName: 'apart',
    hostName: 'h1',
    flavor: { name: 'm1.nano' },
  });
  await window.goTo('Instances');
  await shot('recovered');
  await window.call('instance.delete', { ref: 'one' });
  await window.call('instance.delete', { ref: 'two' });
  await expect(row('one')).toHaveCount(0, { timeout: 60_000 });
  await expect(row('two')).toHaveCount(0, { timeout: 60_000 });
});
