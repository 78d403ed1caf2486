import { activity } from './activity.ts';
import { common } from './common.ts';
import { consoles } from './consoles.ts';
import { flavors } from './flavors.ts';
import { hypervisors } from './hypervisors.ts';
import { images } from './images.ts';
import { instances } from './instances.ts';
import { keypairs } from './keypairs.ts';
import { launch } from './launch.ts';
import { differences } from './differences.ts';
import { projects } from './projects.ts';
import { scheduling } from './scheduling.ts';
import { recovery, settings } from './settings.ts';
import { words } from './words.ts';

export const en = {
  ...common,
  instances,
  launch,
  consoles,
  hypervisors,
  flavors,
  keypairs,
  images,
  activity,
  scheduling,
  projects,
  differences,
  settings,
  recovery,
  words,
};
