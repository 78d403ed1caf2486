import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { app, protocol, session, type Session } from 'electron';

export const APP_SCHEME = 'micronova';
export const APP_ORIGIN = 'micronova://app';

const NONCE_PLACE = '__CSP_NONCE__';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Must run before the app is ready: the scheme gets an origin of its own, as https has. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Nothing unsafe: scripts from our own files only, styles from there or with this load's nonce. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // noVNC draws cursors and rectangles from data: pictures.
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `object-src 'none'`,
  ].join('; ');
}

/** The file behind a path of our protocol, or undefined when it would lie outside `root`. */
export function fileFor(root: string, url: string): string | undefined {
  const { host, pathname } = new URL(url);
  if (host !== 'app') return undefined;
  const file = normalize(join(root, decodeURIComponent(pathname === '/' ? '/index.html' : pathname)));
  return file.startsWith(root + sep) ? file : undefined;
}

async function serve(root: string, url: string): Promise<Response> {
  const file = fileFor(root, url);
  if (file === undefined) return new Response(null, { status: 404 });
  const body = await readFile(file).catch(() => undefined);
  if (body === undefined) return new Response(null, { status: 404 });
  const nonce = randomBytes(16).toString('base64');
  const page = extname(file) === '.html';
  return new Response(page ? body.toString('utf8').replaceAll(NONCE_PLACE, nonce) : new Uint8Array(body), {
    headers: {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': contentSecurityPolicy(nonce),
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    },
  });
}

function denyPermissions(target: Session): void {
  target.setPermissionRequestHandler((_contents, _permission, done) => done(false));
  target.setPermissionCheckHandler(() => false);
  target.setDevicePermissionHandler(() => false);
}

/** Blocks every way by which a page could leave our own or open another. */
function blockNavigation(): void {
  app.on('web-contents-created', (_created, contents) => {
    contents.on('will-navigate', (event) => {
      if (!event.url.startsWith(`${APP_ORIGIN}/`)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/** Run once the app is ready, before the first window. `root` is the folder of the built renderer. */
export function secure(root: string): void {
  const target = session.defaultSession;
  protocol.handle(APP_SCHEME, (request) => serve(root, request.url));
  denyPermissions(target);
  // Fetching dictionaries is Electron's only call home.
  target.setSpellCheckerEnabled(false);
  blockNavigation();
}
