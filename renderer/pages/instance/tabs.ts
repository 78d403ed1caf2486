export const INSTANCE_TABS = ['overview', 'serial', 'vnc', 'log', 'actions', 'diagnostics', 'xml'] as const;
