export const settings = {
  hosts: 'Instances and hosts',
  reclaim: 'Deleted instances can be restored for (minutes)',
  reclaimHint: 'After that they are removed for good',
  linkTimeout: 'A silent host counts as gone after (seconds)',
  linkTimeoutHint: 'Shorter notices a cut sooner; longer bears a slow line',
  backups: 'Copies of the database',
  backupsHint: 'One a day is kept in the data folder. A copy holds no image files and no passwords.',
  backupsKept: 'Daily copies to keep',
  backupsKeptHint: 'The oldest goes first',
  backupNow: 'Copy now',
  export: 'Save a copy as…',
  import: 'Take back a copy…',
  noBackups: 'There is no copy yet.',
  reason: {
    daily: 'daily',
    migration: 'before an update',
    replaced: 'was replaced by an import',
    manual: 'by hand',
  },
  importTitle: 'Take this copy back?',
  importText: '{{file}} takes the place of the database at the next start. The present one is kept.',
  importConfirm: 'Take it back',
  staged:
    'The copy is sound ({{instances}} instances, {{hosts}} hosts) and takes its place when Micronova starts next.',
};

export const recovery = {
  own: '{{count}} instances carry this Micronova’s own mark and are not in its database',
  other: '{{count}} instances belong to another Micronova: {{name}}',
  hint: 'If its database was lost, they can be rebuilt from what their domains say.',
  ask: 'Rebuild…',
  title: 'Rebuild the instances of {{name}}',
  submit: 'Rebuild {{count}}',
  ownText:
    'The database is older than these instances. They come back with names, flavors, owners, metadata, tags, keys, images and groups.',
  otherText:
    'Do this only if that Micronova is gone: if it is still in use, it loses these instances. They come back with names, flavors, owners, metadata, tags, keys, images and groups; no guest is stopped.',
};
