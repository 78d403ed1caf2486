import type { GuestDescription } from './mark.ts';

/** What a guest says of itself where a test does not care. */
export const PLAIN = {
  control: {
    id: '00000000-0000-4000-8000-0000000000aa',
    name: 'me@desk',
    generation: 1,
    previous: null,
  },
  hasUserData: false,
  rescue: null,
  deletedFrom: null,
  description: null,
  tags: [],
  user: 'me',
  projectName: 'admin',
  group: null,
  hints: {},
  requestedZone: null,
  origin: 'launched',
  lock: null,
} as const satisfies Partial<GuestDescription>;
