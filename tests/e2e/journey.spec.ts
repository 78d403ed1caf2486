import { expect, test, type Locator } from '@playwright/test';
import type { Account } from '../lab/accounts.ts';
import type { LabHost } from '../lab/host.ts';
import { Lab } from '../lab/lab.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';
import { Home, MicronovaWindow } from './micronova-window.ts';

let lab: Lab;

test.beforeAll(async () => {
  lab = await Lab.up({ hosts: 2 });
});
test.afterAll(() => lab.down());

/** How many pixels of a canvas are lit. */
function litPixels(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const data =
      (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
    let lit = 0;
    for (let at = 0; at < data.length; at += 4) {
      if ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0) > 120) lit += 1;
    }
    return lit;
  });
}

/** A person's first hour with Micronova, on one host, through one account. */
class Journey {
  readonly #window: MicronovaWindow;
  readonly #name: string;
  readonly #host: LabHost;

  constructor(window: MicronovaWindow, name: string, host: LabHost) {
    this.#window = window;
    this.#name = name;
    this.#host = host;
  }

  get page() {
    return this.#window.page;
  }

  shot(name: string): Promise<void> {
    return this.#window.shot(this.#name, name);
  }

  goTo(page: string): Promise<void> {
    return this.#window.goTo(page);
  }

  async addHost(account: Account): Promise<void> {
    const { page } = this;
    await this.goTo('Hypervisors');
    await page.getByRole('button', { name: 'Add host' }).first().click();
    await page.getByLabel('Address').fill(`${account}@127.0.0.1:${this.#host.port}`);
    await page.getByLabel('Name', { exact: true }).fill(this.#host.name);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    // Nobody has met this host: its key is shown, and compared with the one on the host itself.
    await expect(page.getByText(await this.#host.fingerprint(), { exact: true })).toBeVisible();
    await this.shot('host-key');
    await page.getByRole('button', { name: /accept this key/ }).click();
    await expect(this.card().getByText('Connected', { exact: true })).toBeVisible({ timeout: 60_000 });
    await this.shot('host-added');
  }

  card(): Locator {
    return this.page.getByRole('article', { name: this.#host.name });
  }

  async createImage(): Promise<void> {
    const { page } = this;
    await this.#window.chooseFile(TINY_IMAGE);
    await this.goTo('Images');
    await page.getByRole('button', { name: 'Create image' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /Choose a file|Another file/ }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('journey');
    await this.shot('image-form');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    const row = page.getByRole('row').filter({ hasText: 'journey' });
    await expect(row.getByText('Ready')).toBeVisible({ timeout: 60_000 });
    await row.click();
    await page.getByRole('button', { name: `Upload to ${this.#host.name}` }).click();
    await expect(page.getByText('Has a verified copy').first()).toBeVisible({ timeout: 90_000 });
    await this.shot('image-uploaded');
    await page.keyboard.press('Escape');
  }

  async launch(): Promise<void> {
    const { page } = this;
    await this.goTo('Instances');
    await page.getByRole('button', { name: 'Launch instance' }).first().click();
    const dialog = page.getByRole('dialog');
    // The dialog takes the focus once it stands; a list opened before would close again.
    await expect(dialog.getByRole('button', { name: 'Launch', exact: true })).toBeFocused();
    await dialog.getByRole('combobox', { name: 'Image' }).or(dialog.getByLabel('Image')).first().click();
    await page.getByRole('option', { name: /^journey/ }).click();
    await dialog.getByLabel('Host', { exact: true }).first().click();
    await page.getByRole('option', { name: this.#host.name, exact: true }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('pilgrim');
    await expect(dialog.getByText(`It will run on ${this.#host.name}.`)).toBeVisible();
    await this.shot('launch');
    await dialog.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'pilgrim' }).click();
    await expect(this.status('Running')).toBeVisible({ timeout: 120_000 });
    await this.shot('running');
  }

  status(word: string): Locator {
    return this.page.getByRole('heading', { level: 1 }).getByText(word, { exact: true });
  }

  tab(name: string): Promise<void> {
    return this.page.getByRole('tab', { name }).click();
  }

  async address(): Promise<string> {
    const command = await this.page
      .getByText(/^ssh .*root@[\d.]+$/)
      .first()
      .innerText();
    return /@([\d.]+)$/.exec(command)?.[1] ?? '';
  }

  /** Types at the serial console until the guest answers. */
  async talkOnSerial(): Promise<void> {
    await this.tab('Serial console');
    const screen = this.page.locator('[data-console="serial"]');
    const rows = screen.locator('.xterm-rows');
    await screen.click();
    await expect(async () => {
      await this.page.keyboard.press('Enter');
      await expect(rows).toContainText('login:', { timeout: 1500 });
    }).toPass({ timeout: 90_000 });
    await this.page.keyboard.type('root\n');
    await expect(rows).toContainText('#');
    await this.page.keyboard.type('echo answer-$((6*7))\n');
    await expect(rows).toContainText('answer-42');
    await this.shot('serial');
  }

  /** Pulls the plug while the console is on screen: it comes back by itself. */
  async rebootHard(): Promise<void> {
    const { page } = this;
    const rows = page.locator('[data-console="serial"] .xterm-rows');
    const boots = async (): Promise<number> => (await rows.innerText()).split('up after').length;
    const before = await boots();
    await page.getByRole('button', { name: /More actions for pilgrim/ }).click();
    await page.getByRole('menuitem', { name: 'Hard reboot' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Hard reboot', exact: true }).click();
    await expect(page.locator('[data-state="ended"]')).toBeVisible();
    await expect(page.locator('[data-state="open"]')).toBeVisible({ timeout: 60_000 });
    await expect(async () => expect(await boots()).toBeGreaterThan(before)).toPass({ timeout: 60_000 });
    await this.shot('rebooted');
  }

  async typeOnDisplay(): Promise<void> {
    await this.tab('Display');
    const canvas = this.page.locator('[data-console="vnc"] canvas');
    await expect(async () => expect(await litPixels(canvas)).toBeGreaterThan(1000)).toPass({
      timeout: 30_000,
    });
    const before = await litPixels(canvas);
    await canvas.click();
    // Letters, not one key: a blinking cursor alone lights a few dozen pixels.
    await this.page.keyboard.type('mmmmmmmmmm', { delay: 60 });
    await expect(async () => expect((await litPixels(canvas)) - before).toBeGreaterThan(150)).toPass({
      timeout: 20_000,
    });
    await this.shot('display');
  }

  async readLogAndXml(): Promise<void> {
    await this.tab('Console log');
    await expect(this.page.locator('[data-log]')).toContainText('answer-42');
    await this.shot('log');
    await this.tab('Domain XML');
    await expect(this.page.locator('pre')).toContainText('<domain');
    await this.tab('Actions');
    await expect(this.page.getByText('Define the guest')).toBeVisible();
    await this.shot('actions');
  }

  async stopAndDelete(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(this.status('Off')).toBeVisible({ timeout: 120_000 });
    await this.shot('stopped');
    const row = page.getByRole('row').filter({ hasText: 'pilgrim' });
    const menu = page.getByRole('button', { name: /More actions for pilgrim/ });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Delete', exact: true }).click();
    // A deletion can be undone: the first one is.
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row.getByText('Off', { exact: true })).toBeVisible({ timeout: 60_000 });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Delete', exact: true }).click();
    await expect(row).toHaveCount(0, { timeout: 60_000 });
    await page.getByRole('button', { name: 'Show deleted (1)' }).click();
    await this.shot('deleted');
    await menu.click();
    await page.getByRole('menuitem', { name: 'Delete for good' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good', exact: true }).click();
    await expect(page.getByText('No instances yet')).toBeVisible({ timeout: 60_000 });
  }

  async deleteImage(): Promise<void> {
    const { page } = this;
    await this.goTo('Images');
    await page.getByRole('button', { name: 'More actions for journey' }).click();
    await page.getByRole('menuitem', { name: /Delete/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(page.getByRole('row').filter({ hasText: 'journey' })).toHaveCount(0, { timeout: 60_000 });
  }
}

const WAYS: readonly { readonly account: Account; readonly host: number; readonly what: string }[] = [
  { account: 'root', host: 1, what: 'as root, whose displays are UNIX sockets' },
  { account: 'stream', host: 2, what: 'through an account that has no shell and may only forward' },
];

for (const { account, host: number, what } of WAYS) {
  test(`first start to last delete, ${what}`, async () => {
    const host = lab.host(number);
    const before = await host.inventory();
    const home = await Home.make(lab.key);
    const window = await MicronovaWindow.open(home);
    try {
      const journey = new Journey(window, account, host);
      await expect(window.page.getByText(/No instances yet|No host to run/)).toBeVisible({ timeout: 30_000 });
      await journey.shot('first-start');
      await journey.addHost(account);
      await journey.createImage();
      await journey.launch();
      const ip = await journey.address();
      expect(await host.guestSsh(ip, lab.key, 'hostname')).toBe('pilgrim\n');
      await journey.talkOnSerial();
      await journey.rebootHard();
      await journey.typeOnDisplay();
      await journey.readLogAndXml();
      await journey.stopAndDelete();
      await journey.deleteImage();
      // A host without a storage pool gets libvirt's usual one when it is added, and keeps it.
      const expected = { ...before, pools: ['default'] };
      await expect(async () => expect(await host.inventory()).toEqual(expected)).toPass({ timeout: 30_000 });
      expect(window.complaints).toEqual([]);
    } finally {
      await window.close();
      await home.remove();
    }
  });
}
