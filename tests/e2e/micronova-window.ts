import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, expect, type Page } from '@playwright/test';

const ROOT = join(import.meta.dirname, '..', '..');
const SCREENSHOTS = join(ROOT, 'artifacts', 'e2e');

/** A person's home with a data folder in it. */
export class Home {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param key a key pair for `~/.ssh`, as a person would have one */
  static async make(key?: string): Promise<Home> {
    const folder = await mkdtemp(join(tmpdir(), 'micronova-e2e-'));
    const ssh = join(folder, '.ssh');
    await mkdir(ssh, { mode: 0o700 });
    if (key !== undefined) {
      await copyFile(key, join(ssh, 'id_ed25519'));
      await copyFile(`${key}.pub`, join(ssh, 'id_ed25519.pub'));
    }
    return new Home(folder);
  }

  /** What starts the built app in this home. */
  command(): { executablePath: string; args: string[]; env: Record<string, string> } {
    const executablePath = process.env['MICRONOVA_ELECTRON'];
    if (!executablePath) {
      throw new Error('MICRONOVA_ELECTRON names no Electron; `npm test` finds one and sets it.');
    }
    // Chromium's sandbox does not work for root; for anybody else it must stay on.
    const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const env = Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'SSH_AUTH_SOCK',
    );
    return {
      executablePath,
      args: [...flags, '--disable-gpu', ROOT, '--home', join(this.folder, 'home')],
      env: { ...Object.fromEntries(env), HOME: this.folder, LANG: 'en_US.UTF-8', LANGUAGE: 'en' },
    };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** One window of the built app. */
export class MicronovaWindow {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** what the page's policy or an error of ours put on the console */
  readonly complaints: string[] = [];
  #shots = 0;

  private constructor(app: ElectronApplication, page: Page) {
    this.app = app;
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async open(home: Home): Promise<MicronovaWindow> {
    const app = await _electron.launch(home.command());
    return new MicronovaWindow(app, await app.firstWindow());
  }

  /** Calls the control plane through the page, and takes the answer apart. */
  async call(method: string, input: unknown): Promise<unknown> {
    const reply = await this.page.evaluate(
      ([name, value]) => {
        const { micronova } = globalThis as unknown as {
          micronova: {
            call(method: unknown, input: unknown): Promise<{ ok: boolean; value: unknown; error: unknown }>;
          };
        };
        return micronova.call(name, value);
      },
      [method, input] as const,
    );
    expect(reply, method).toMatchObject({ ok: true });
    return reply.value;
  }

  /** Opens a page by its entry in the navigation. */
  async goTo(page: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: page }).click();
    await expect(this.page.getByRole('heading', { level: 1, name: page })).toBeVisible();
  }

  /** Answers the next file dialogs with this path, as a person would choose it. */
  async chooseFile(path: string): Promise<void> {
    await this.app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
    }, path);
  }

  /** Keeps what is on screen as an artifact, numbered in order. */
  async shot(journey: string, name: string): Promise<void> {
    this.#shots += 1;
    const number = String(this.#shots).padStart(2, '0');
    await this.page.screenshot({ path: join(SCREENSHOTS, journey, `${number}-${name}.png`) });
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
