export const INSTANCE_TABS = ['overview', 'serial', 'vnc', 'log', 'actions', 'xml'] as const;
