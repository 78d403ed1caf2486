import { z } from 'zod';
import { Nothing } from './common.ts';
import { read, write } from './method.ts';

export const SystemStatus = z.strictObject({
  version: z.string(),
  home: z.string(),
  pid: z.number().int(),
  /** `window` or `serve`; `command` for a command that runs the control plane itself */
  owner: z.enum(['window', 'serve', 'command']),
  runningTasks: z.number().int(),
  /** what set-up of the embedded host has to say, e.g. that there is no libvirt here */
  notices: z.array(z.string()),
});
export type SystemStatus = z.infer<typeof SystemStatus>;

export const Settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'vi']),
  /** milliseconds of silence after which a link is held dead */
  linkTimeout: z.number().int().min(1000).max(600_000),
});
export type Settings = z.infer<typeof Settings>;

export const systemMethods = {
  'system.status': read(Nothing, SystemStatus),
  'settings.get': read(Nothing, Settings),
  'settings.set': write(Settings.partial(), Settings),
};
