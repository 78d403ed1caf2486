import type { ErrorCode } from '../../../core/contract/index.ts';

/** `title`: what happened, in a few words. `remedy`: what helps, where the control plane gave no better advice. */
export interface ErrorWords {
  readonly title: string;
  readonly remedy: string | null;
}

export const errors: Readonly<Record<ErrorCode, ErrorWords>> = {
  bad_input: { title: 'The input is not right', remedy: 'Correct the marked field and try again.' },
  not_found: { title: 'It is not there', remedy: 'It may have been deleted meanwhile.' },
  ambiguous: { title: 'Several things have this name', remedy: 'Use the id instead of the name.' },
  name_taken: { title: 'This name is taken', remedy: 'Choose another name.' },
  conflict: { title: 'It is in another state now', remedy: 'Look at its state and try again.' },
  locked: { title: 'It is locked', remedy: 'Unlock it first.' },
  quota_exceeded: { title: 'The quota is used up', remedy: 'Delete something, or raise the quota.' },
  not_supported: { title: 'This is not supported', remedy: null },
  cancelled: { title: 'Cancelled', remedy: null },
  internal: {
    title: 'A mistake in Micronova',
    remedy: 'Please report it, with the technical details below.',
  },
  'flavor.not_found': { title: 'There is no such flavor', remedy: 'Choose one of the list.' },
  'keypair.not_found': { title: 'There is no such key pair', remedy: 'Choose one of the list.' },
  'keypair.bad_key': { title: 'This is no usable public key', remedy: 'Paste one line as in a .pub file.' },
  'keypair.private_key_pasted': {
    title: 'This is a private key',
    remedy: 'Paste the public half (the .pub file). The private key was not kept.',
  },
  'image.not_found': { title: 'There is no such image', remedy: 'Choose one of the list.' },
  'image.not_active': { title: 'The image is not ready', remedy: 'Wait until it is complete.' },
  'image.bad_format': { title: 'This is no disk image', remedy: 'Choose a qcow2 or raw disk image.' },
  'image.truncated': {
    title: 'The image is cut short',
    remedy: 'Download it again and compare its checksum.',
  },
  'image.has_backing_file': {
    title: 'The image needs another file',
    remedy: 'Make it whole first: qemu-img convert -O qcow2.',
  },
  'image.has_data_file': {
    title: 'The image keeps its data in another file',
    remedy: 'Make it whole first: qemu-img convert -O qcow2.',
  },
  'image.checksum_mismatch': { title: 'The copy is damaged', remedy: 'Try again; it is not used.' },
  'image.file_unreadable': { title: 'The file cannot be read', remedy: 'Check its path and permissions.' },
  'image.too_large': { title: 'The image is too large', remedy: 'Choose a larger flavor or pool.' },
  'instance.not_found': { title: 'There is no such instance', remedy: 'It may have been deleted meanwhile.' },
  'instance.invalid_state': {
    title: 'Not possible in this state',
    remedy: 'Wait, or bring it into the right state.',
  },
  'instance.build_failed': {
    title: 'The instance could not be built',
    remedy: 'Look at the step that failed.',
  },
  'instance.user_data_too_large': {
    title: 'The user data is too large',
    remedy: 'At most 48 KiB are possible.',
  },
  'instance.no_console': { title: 'It has no such console', remedy: 'Start the instance first.' },
  'host.not_found': { title: 'There is no such host', remedy: 'Choose one of the list.' },
  'host.unavailable': {
    title: 'The host is not connected',
    remedy: 'Look at its connection under Hypervisors.',
  },
  'host.in_use': { title: 'The host has instances', remedy: 'Delete them first.' },
  'host.disk_full': { title: 'The disk of the host is full', remedy: 'Free space in its storage pool.' },
  'host.pool_missing': { title: 'The storage pool is missing', remedy: 'Create it, or choose another pool.' },
  'host.network_missing': {
    title: 'The network is missing',
    remedy: 'Create it, or choose another network.',
  },
  'scheduler.no_valid_host': { title: 'No valid host was found', remedy: 'See each host’s reason.' },
  'placement.concurrent_update': { title: 'Something else was quicker', remedy: 'Try again.' },
  'placement.no_capacity': {
    title: 'Not enough room',
    remedy: 'Choose a smaller flavor, or free some room.',
  },
  'transport.resolve_failed': {
    title: 'The host name is not known',
    remedy: 'Check its spelling, or use an address.',
  },
  'transport.unreachable': { title: 'The host cannot be reached', remedy: 'Is it on, and on this network?' },
  'transport.refused': {
    title: 'Nothing answers at this port',
    remedy: 'Check the port, and that sshd runs.',
  },
  'transport.timeout': {
    title: 'The host did not answer in time',
    remedy: 'Check the network and firewalls.',
  },
  'transport.not_ssh': { title: 'This port does not speak SSH', remedy: 'Check the port.' },
  'transport.closed': { title: 'The connection was lost', remedy: 'It is tried again by itself.' },
  'transport.host_key_unknown': {
    title: 'The host’s key is not known yet',
    remedy: 'Compare the fingerprint with the host’s own, then accept it.',
  },
  'transport.host_key_changed': {
    title: 'The host’s key has changed',
    remedy: 'Somebody may be listening in. If the host was reinstalled, remove the old key from known_hosts.',
  },
  'transport.host_key_revoked': { title: 'The host’s key is revoked', remedy: 'Do not log in there.' },
  'transport.auth_failed': {
    title: 'The host did not let you in',
    remedy: 'Check user name, keys and agent.',
  },
  'transport.passphrase_needed': { title: 'The key file is locked', remedy: 'Enter its passphrase.' },
  'transport.passphrase_wrong': { title: 'The passphrase is wrong', remedy: 'Enter it again.' },
  'transport.key_unreadable': { title: 'The key file cannot be read', remedy: 'Check its path and format.' },
  'transport.no_common_algorithm': {
    title: 'No common cipher',
    remedy: 'The host offers only outdated algorithms. Update its sshd.',
  },
  'transport.forwarding_disabled': {
    title: 'The host forbids forwarding',
    remedy: 'Set AllowStreamLocalForwarding yes in its sshd_config.',
  },
  'transport.socket_missing': {
    title: 'There is no libvirt socket',
    remedy: 'Install and start libvirt there.',
  },
  'transport.socket_forbidden': {
    title: 'libvirt’s socket is closed to this user',
    remedy: 'Add the user to the group libvirt on the host.',
  },
  'transport.jump_failed': { title: 'A jump host failed', remedy: 'Try to log in to it by hand.' },
  'libvirt.protocol': { title: 'libvirt’s answer makes no sense', remedy: 'Check the version of libvirt.' },
  'libvirt.error': { title: 'libvirt refused', remedy: null },
  'libvirt.auth': {
    title: 'libvirt wants another login',
    remedy: 'Add the user to the group libvirt on the host.',
  },
  'libvirt.timeout': { title: 'libvirt did not answer in time', remedy: 'Look at the load of the host.' },
  'libvirt.unsupported': { title: 'This libvirt cannot do that', remedy: 'Update libvirt on the host.' },
  'libvirt.not_found': { title: 'libvirt does not have it', remedy: 'It may have been removed on the host.' },
  'state.corrupt': { title: 'The database is damaged', remedy: 'Restore it from a backup.' },
  'state.newer_schema': { title: 'The database is from a newer Micronova', remedy: 'Update this one.' },
  'state.read_only': { title: 'The data folder cannot be written', remedy: 'Check its permissions.' },
  'state.disk_full': { title: 'This computer’s disk is full', remedy: 'Free some space; nothing was lost.' },
  'state.in_use': { title: 'Another Micronova uses this data folder', remedy: 'Close it first.' },
  'secrets.no_safe_storage': {
    title: 'There is no safe place for secrets here',
    remedy: 'Leave “remember” off: it is asked for each time.',
  },
  'task.not_found': { title: 'There is no such task', remedy: null },
  'task.not_cancellable': { title: 'This can no longer be cancelled', remedy: 'Wait until it is done.' },
  'instance.taken_over': {
    title: 'Another Micronova has taken it over',
    remedy: 'It is managed there now; delete it here to forget it.',
  },
  'project.not_found': { title: 'There is no such project', remedy: 'Choose one of the list.' },
  'project.in_use': { title: 'The project still has something', remedy: 'Delete or move what it has first.' },
  'project.disabled': { title: 'The project is disabled', remedy: 'Enable it, or choose another one.' },
  'aggregate.not_found': { title: 'There is no such aggregate', remedy: 'Choose one of the list.' },
  'aggregate.zone_conflict': {
    title: 'A host cannot be in two zones',
    remedy: 'Take it out of the other aggregate first.',
  },
  'server_group.not_found': { title: 'There is no such server group', remedy: 'Choose one of the list.' },
  'server_group.in_use': { title: 'The server group has members', remedy: 'Delete its members first.' },
  'finding.gone': { title: 'This is no longer so', remedy: 'Look again: it was resolved meanwhile.' },
  'guest.not_found': { title: 'There is no such guest on the host', remedy: 'Look at the host again.' },
  'guest.not_adoptable': { title: 'This guest cannot be adopted', remedy: null },
  'task.not_waiting': { title: 'The task no longer waits', remedy: 'What has begun cannot be changed.' },
  'task.not_retryable': { title: 'This cannot be tried again', remedy: 'Ask for it anew.' },
  'task.expired': {
    title: 'It waited too long for its host',
    remedy: 'Ask for it again when the host is back.',
  },
};
