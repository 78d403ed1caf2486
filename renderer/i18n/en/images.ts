export const images = {
  title: 'Images',
  filter: 'Filter by name, format, host…',
  add: 'Create image',
  emptyTitle: 'No images yet',
  emptyText:
    'An image is the disk that a new instance starts with. Choose a qcow2 or raw file on this computer: it is checked, copied, and brought to a host when the first instance needs it.',
  column: {
    name: 'Name',
    status: 'Status',
    format: 'Format',
    size: 'File',
    virtualSize: 'Disk',
    minDisk: 'Min. disk',
    minRam: 'Min. RAM',
    hosts: 'On hosts',
    created: 'Created',
    sha256: 'SHA-256',
    id: 'ID',
  },
  status: {
    queued: 'Waiting',
    saving: 'Copying',
    active: 'Ready',
    error: 'Error',
    deleting: 'Deleting',
  },
  noHosts: 'none yet',
};
