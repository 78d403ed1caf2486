import { expect, test } from '@playwright/test';
import { Home, MicronovaWindow } from './micronova-window.ts';

let home: Home;
let window: MicronovaWindow;

test.beforeAll(async () => {
  home = await Home.make();
  window = await MicronovaWindow.open(home);
  await expect(window.page.getByRole('navigation')).toBeVisible();
});
test.afterAll(async () => {
  await window.close();
  await home.remove();
});

test('the page has a policy with nothing unsafe, and keeps to it', async () => {
  const policy = await window.page.evaluate(async () => {
    const answer = await fetch('micronova://app/');
    return answer.headers.get('content-security-policy') ?? '';
  });
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(policy).toMatch(/style-src 'self' 'nonce-[A-Za-z0-9+/=]{20,}'/);
  expect(policy).not.toContain('unsafe');
});

test('each load has a nonce of its own', async () => {
  const nonces = await window.page.evaluate(async () => {
    const one = async (): Promise<string> =>
      /nonce-([^']+)/.exec(
        (await fetch('micronova://app/')).headers.get('content-security-policy') ?? '',
      )?.[1] ?? '';
    return [await one(), await one()];
  });
  expect(nonces[0]).not.toBe(nonces[1]);
});

test('neither an inline script nor eval nor an inline style from markup works', async () => {
  const outcome = await window.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    const holder = document.createElement('div');
    holder.innerHTML = '<style>body { outline: 7px solid red }</style>';
    document.body.append(holder);
    // Off the debugger's own stack, on which the policy would not count.
    const evaluated = await new Promise((done) => {
      setTimeout(() => {
        try {
          // oxlint-disable-next-line no-eval -- that it fails is what is tested
          done(globalThis.eval('1 + 1'));
        } catch {
          done('blocked');
        }
      });
    });
    const outline = getComputedStyle(document.body).outlineWidth;
    script.remove();
    holder.remove();
    return { injected: 'injected' in globalThis, evaluated, outline };
  });
  expect(outcome).toMatchObject({ injected: false, evaluated: 'blocked' });
  expect(outcome.outline).not.toBe('7px');
});

test('the page has no Node and no raw IPC', async () => {
  const found = await window.page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer', '__dirname'].filter((name) => name in globalThis),
    bridge: Object.keys((globalThis as unknown as { micronova: object }).micronova).toSorted(),
  }));
  expect(found.node).toEqual([]);
  expect(found.bridge).toEqual(['call', 'openConsole', 'shell', 'subscribe']);
});

test('the window is sandboxed and isolated, without webviews or spell checking', async () => {
  const preferences = await window.app.evaluate(({ BrowserWindow, session }) => {
    const [first] = BrowserWindow.getAllWindows();
    const contents = first?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
    return {
      ...contents.getLastWebPreferences(),
      spellChecker: session.defaultSession.isSpellCheckerEnabled(),
    };
  });
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    spellChecker: false,
  });
  expect((preferences as { webviewTag?: boolean }).webviewTag ?? false).toBe(false);
});

test('every permission is denied', async () => {
  const answers = await window.page.evaluate(async () => {
    const state = async (name: string): Promise<string> =>
      (await navigator.permissions.query({ name: name as PermissionName })).state;
    const failed = async (ask: () => Promise<unknown>): Promise<boolean> =>
      ask().then(
        () => false,
        () => true,
      );
    return {
      states: await Promise.all(
        ['notifications', 'geolocation', 'clipboard-read', 'camera', 'microphone'].map(state),
      ),
      clipboard: await failed(() => navigator.clipboard.readText()),
      media: await failed(() => navigator.mediaDevices.getUserMedia({ audio: true })),
      notifications: await Notification.requestPermission(),
    };
  });
  expect(answers.states.filter((state) => state !== 'denied')).toEqual([]);
  expect(answers).toMatchObject({ clipboard: true, media: true, notifications: 'denied' });
});

test('the protocol serves the page’s own files and no others', async () => {
  const found = await window.page.evaluate(async () => {
    const ask = async (url: string): Promise<number> =>
      fetch(url).then(
        (answer) => answer.status,
        () => 0,
      );
    return Promise.all([
      ask('micronova://app/index.html'),
      ask('micronova://app/../main/index.js'),
      ask('micronova://app/%2e%2e/main/index.js'),
      ask('micronova://app/..%2fmain%2findex.js'),
      ask('micronova://app/..%5cmain%5cindex.js'),
      ask('micronova://other/index.html'),
    ]);
  });
  expect(found[0]).toBe(200);
  expect(found.slice(1).filter((status) => status === 200)).toEqual([]);
});

test('another page is refused, even with the same preload', async () => {
  const { app } = window;
  const answer = await app.evaluate(async ({ app: electronApp, BrowserWindow }) => {
    const preload = `${electronApp.getAppPath()}/out/preload/index.cjs`;
    const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
    await other.loadURL('data:text/html,<title>other</title>');
    const said: unknown = await other.webContents.executeJavaScript("micronova.call('host.list', {})");
    other.destroy();
    return said;
  });
  expect(answer).toMatchObject({ ok: false, error: { code: 'not_supported' } });
});

test('bad input and unknown methods come back as errors with a code', async () => {
  const answers = await window.page.evaluate(async () => {
    const { micronova } = globalThis as unknown as {
      micronova: {
        call(method: unknown, input: unknown): Promise<unknown>;
        shell(method: string, input: unknown): Promise<unknown>;
      };
    };
    return [
      await micronova.call('flavor.show', { ref: '' }),
      await micronova.call('no.such', {}),
      await micronova.call(7, {}),
      await micronova.call('constructor', {}),
      await micronova.shell('shell.copyText', { text: 7 }),
      await micronova.shell('shell.openLink', { url: 'file:///etc/passwd' }),
    ];
  });
  for (const answer of answers)
    expect(answer).toMatchObject({ ok: false, error: { message: expect.stringMatching(/\S/) } });
  expect(answers[0]).toMatchObject({ error: { code: 'bad_input', field: 'ref' } });
});

// The last one: a navigation that never comes leaves Playwright waiting for it.
test('the page cannot leave, nor open another', async () => {
  const { page, app } = window;
  expect(await page.evaluate(() => globalThis.open('https://example.com/') === null)).toBe(true);
  for (const url of ['https://example.com/', 'file:///etc/passwd', 'micronova://other/']) {
    await app.evaluate(async ({ BrowserWindow }, target) => {
      const [first] = BrowserWindow.getAllWindows();
      await first?.webContents.executeJavaScript(`location.href = ${JSON.stringify(target)}; 0`);
      await new Promise((done) => {
        setTimeout(done, 300);
      });
    }, url);
  }
  const now = await app.evaluate(async ({ BrowserWindow }) => {
    const [first, ...others] = BrowserWindow.getAllWindows();
    const there: unknown = await first?.webContents.executeJavaScript(
      "document.querySelector('nav') !== null",
    );
    return { url: first?.webContents.getURL(), there, others: others.length };
  });
  expect(now.url).toMatch(/^micronova:\/\/app\//);
  expect(now).toMatchObject({ there: true, others: 0 });
});
