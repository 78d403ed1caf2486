export const INSTANCE_TABS = [
  'overview',
  'serial',
  'vnc',
  'log',
  'actions',
  'decision',
  'diagnostics',
  'xml',
] as const;
