/** The pages that can be gone to from anywhere, in the order of the navigation; the words are the keys under `nav`. */
export const PAGES = {
  instances: '/instances',
  hypervisors: '/hypervisors',
  scheduler: '/scheduler',
  aggregates: '/aggregates',
  groups: '/groups',
  projects: '/projects',
  images: '/images',
  flavors: '/flavors',
  keypairs: '/keypairs',
  differences: '/differences',
  activity: '/activity',
  settings: '/settings',
} as const;
export type PageName = keyof typeof PAGES;

export const PAGE_NAMES: readonly PageName[] = [
  'instances',
  'hypervisors',
  'scheduler',
  'aggregates',
  'groups',
  'projects',
  'images',
  'flavors',
  'keypairs',
  'differences',
  'activity',
  'settings',
];
