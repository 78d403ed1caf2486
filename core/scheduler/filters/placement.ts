import { refuser } from '../../placement/candidates.ts';
import { demandOf } from '../../placement/demands.ts';
import type { Gate, Judge } from '../filter.ts';
import type { SchedulingRequest } from '../request.ts';
import { whyAway } from './compute.ts';

/** Placement's own answer: has the host what is required, and room for all that the flavor takes? */
export const placement = {
  name: 'placement',
  judge(request: SchedulingRequest): Judge {
    const refuse = refuser(demandOf(request));
    return ({ host, provider }) => {
      if (provider !== null) return refuse(provider);
      const away = whyAway(host);
      return away === null ? 'has not told its resources yet' : `has not told its resources yet (${away})`;
    };
  },
} satisfies Gate;
