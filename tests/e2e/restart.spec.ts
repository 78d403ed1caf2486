import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@playwright/test';
import { Lab } from '../lab/lab.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { Home, MicronovaWindow } from './micronova-window.ts';

let lab: Lab;
let home: Home;

test.beforeAll(async () => {
  lab = await Lab.up({ hosts: 1 });
  home = await Home.make(lab.key);
});
test.afterAll(async () => {
  await home.remove();
  await lab.down();
});

test('an instance whose window is quit in mid-create is running when it is opened again', async () => {
  const host = lab.host(1);
  const first = await MicronovaWindow.open(home);
  await expect(first.page.getByRole('navigation')).toBeVisible();
  const address = { kind: 'ssh', address: '127.0.0.1', port: host.port, user: 'root' };
  await first.call('host.add', { name: 'h1', address, acceptHostKey: await host.fingerprint() });
  await first.call('image.create', { name: 'restart', file: TINY_IMAGE });
  await expect(async () => {
    expect(await first.call('image.show', { ref: 'restart' })).toMatchObject({ status: 'active' });
  }).toPass({ timeout: 60_000 });
  await first.call('instance.create', { name: 'survivor', flavor: 'm1.nano', image: 'restart', host: 'h1' });
  await first.close();

  const second = await MicronovaWindow.open(home);
  try {
    const row = second.page.getByRole('row').filter({ hasText: 'survivor' });
    await expect(row.getByText('Running')).toBeVisible({ timeout: 120_000 });
    await second.shot('restart', 'survivor');
    await second.call('instance.delete', { ref: 'survivor' });
    await expect(row).toHaveCount(0, { timeout: 60_000 });
  } finally {
    await second.close();
  }
});

test('a second window of one data folder gives way to the first', async () => {
  const first = await MicronovaWindow.open(home);
  try {
    await expect(first.page.getByRole('navigation')).toBeVisible();
    const { executablePath, args, env } = home.command();
    const second = spawn(executablePath, args, { env, stdio: 'ignore' });
    const [code] = await once(second, 'exit');
    expect(code).toBe(0);
    await expect(first.page.getByRole('navigation')).toBeVisible();
    expect(await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  } finally {
    await first.close();
  }
});

test('the window comes back where and how large it was', async () => {
  const bounds = { x: 40, y: 50, width: 1111, height: 777 };
  const first = await MicronovaWindow.open(home);
  await first.app.evaluate(
    ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted),
    bounds,
  );
  await first.close();
  const second = await MicronovaWindow.open(home);
  const now = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  await second.close();
  expect(now).toMatchObject({ width: bounds.width, height: bounds.height });
});

test('a key pair made while launching is chosen, and does not send the launch too', async () => {
  const window = await MicronovaWindow.open(home);
  const { page } = window;
  try {
    await expect(page.getByRole('navigation')).toBeVisible();
    await window.call('keypair.delete', { ref: 'default' });
    await page.getByRole('button', { name: 'Launch instance' }).first().click();
    const launch = page.getByRole('dialog', { name: 'Launch an instance' });
    await launch.getByRole('button', { name: 'Add key pair' }).click();
    const form = page.getByRole('dialog', { name: 'Add a key pair' });
    await form.getByText('Make a new one').click();
    await form.getByLabel('Name', { exact: true }).fill('made-here');
    await form.getByRole('button', { name: 'Make it' }).click();
    await page.getByText('PRIVATE KEY').first().waitFor();
    await window.shot('restart', 'private-key');
    expect(await window.call('keypair.list', {})).toMatchObject([{ name: 'made-here' }]);
    expect(await window.call('instance.list', {})).toEqual([]);
  } finally {
    await window.close();
  }
});
