export const SCHEDULER_TABS = ['simulate', 'loss', 'parts'] as const;
