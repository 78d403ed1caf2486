export const differences = {
  title: 'Differences',
  hint: 'What hosts and Micronova do not agree on. Nothing is done about it until you say so.',
  look: 'Look again',
  filter: 'Filter by kind, name, host…',
  emptyTitle: 'Everything agrees',
  emptyText: 'Definitions, disks, addresses and claims are as Micronova knows them, on every connected host.',
  column: {
    kind: 'What',
    subject: 'Thing',
    detail: 'Why',
    size: 'Size',
    found: 'Found',
    instance: 'Instance',
  },
  claims: 'Claims that do not agree',
  heal: 'Mend them',
  ours: 'As Micronova knows it',
  hosts: 'As the host has it',
  diffHint: 'Only where the two definitions differ, with some lines around.',
  removeTitle: 'Remove {{name}}?',
  removeText:
    'It is looked at once more on {{host}}, and removed there if it is still nobody’s. This cannot be undone.',
};
