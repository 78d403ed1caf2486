import type { DriverCapabilities } from '../contract/index.ts';

/** What every driver of this version says of what no driver of this version can do. */
export const NOT_YET = {
  resize: 'not_yet',
  migrate: 'not_yet',
  shelve: 'not_yet',
  snapshot: 'not_yet',
  attachVolume: 'not_yet',
  attachInterface: 'not_yet',
} as const satisfies Partial<DriverCapabilities>;

/** What the drivers of this version can do on a host that lacks nothing. */
export const ALL_CAPABILITIES: DriverCapabilities = {
  serialConsole: 'yes',
  vncConsole: 'yes',
  consoleLog: 'yes',
  softReboot: 'yes',
  pause: 'yes',
  suspend: 'yes',
  rescue: 'yes',
  rebuild: 'yes',
  setPassword: 'yes',
  crashDump: 'yes',
  diagnostics: 'yes',
  evacuate: 'yes',
  adopt: 'yes',
  ...NOT_YET,
};
