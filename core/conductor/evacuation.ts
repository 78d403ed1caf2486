import type { z } from 'zod';
import type { TASK_KINDS } from '../queue/kinds.ts';

/** What is to be evacuated, from where, and where to. */
export type Evacuation = z.output<(typeof TASK_KINDS)['instance.evacuate']>;
