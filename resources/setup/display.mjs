import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onPath } from './process.mjs';

export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/**
 * A display of our own, without a screen: its name, and how to end it. Null where there is no Xvfb.
 * @returns {Promise<{ name: string, end: () => void } | null>}
 */
export async function startDisplay() {
  if (!onPath('Xvfb')) return null;
  // Xvfb itself picks a free number and tells it on descriptor 3.
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const pipe = child.stdio[3];
  if (!pipe) throw new Error('Xvfb was started without a pipe');
  let number = '';
  // It writes in pieces, and dies of a pipe that was closed too soon.
  while (!number.endsWith('\n')) number += String((await once(pipe, 'data'))[0]);
  return { name: `:${number.trim()}`, end: () => void child.kill() };
}
