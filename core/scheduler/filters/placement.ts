import { refusalFor } from '../../placement/candidates.ts';
import type { Gate, Judge } from '../filter.ts';
import { resourcesOf, type SchedulingRequest } from '../request.ts';
import { whyAway } from './compute.ts';

/** Placement's own answer: is there room for all that the flavor takes? */
export const placement = {
  name: 'placement',
  judge(request: SchedulingRequest): Judge {
    const resources = resourcesOf(request);
    return ({ host, provider }) => {
      if (provider !== null) return refusalFor(provider, resources);
      const away = whyAway(host);
      return away === null ? 'has not told its resources yet' : `has not told its resources yet (${away})`;
    };
  },
} satisfies Gate;
