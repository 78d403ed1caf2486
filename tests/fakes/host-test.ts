import {
  HOST_TEST_STEPS,
  type ErrorBody,
  type HostTest,
  type HostTestStep,
} from '../../core/contract/index.ts';

type StepName = HostTestStep['step'];

const DETAILS: Readonly<Record<StepName, string>> = {
  resolve: 'nova.lan is 10.0.0.7.',
  connect: '10.0.0.7 port 22 answers.',
  'host-key': 'ED25519 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM is in ~/.ssh/known_hosts.',
  login: 'admin was let in with a key of the agent.',
  socket: '/run/libvirt/libvirt-sock is open.',
  libvirt: 'libvirt 9.0.0 with QEMU 7.2.15.',
  virtualization: 'The CPU shows neither vmx nor svm, so guests are emulated.',
  storage: 'The pool “default” has 412 GiB free.',
  network: 'The network “default” is active.',
};

function step(name: StepName, over: Partial<HostTestStep> = {}): HostTestStep {
  const milliseconds = 12 + HOST_TEST_STEPS.indexOf(name) * 17;
  return {
    step: name,
    result: 'ok',
    detail: DETAILS[name],
    remedy: null,
    milliseconds,
    error: null,
    ...over,
  };
}

/** Well up to `name`, where it fails; nothing after it is tried. */
function failedAt(name: StepName, error: ErrorBody, over: Partial<HostTest> = {}): HostTest {
  const at = HOST_TEST_STEPS.indexOf(name);
  const steps = HOST_TEST_STEPS.map((each, n) => {
    if (n < at) return step(each);
    if (n > at) return step(each, { result: 'skipped', detail: '', milliseconds: 0 });
    return step(each, { result: 'failed', detail: error.message, error });
  });
  return { ok: false, steps, unknownHostKey: null, needs: null, ...over };
}

/** What the way to a host is like: its address says it (`changed`, `locked`, `asks`, `closed`), otherwise its key is new. */
export function hostTest(input: Record<string, unknown>): HostTest {
  const address = JSON.stringify(input.address ?? '');
  const secrets = input.secrets as Record<string, unknown> | undefined;
  if (address.includes('changed')) {
    const message =
      'The key of changed.lan is not the one in ~/.ssh/known_hosts line 12 (SHA256:q8…), but SHA256:p2….';
    return failedAt('host-key', { code: 'transport.host_key_changed', message });
  }
  if (address.includes('closed')) {
    const message = 'admin may not open /run/libvirt/libvirt-sock.';
    return failedAt('socket', { code: 'transport.socket_forbidden', message });
  }
  if (address.includes('locked') && secrets?.passphrase === undefined) {
    const message = 'The key file ~/.ssh/id_ed25519 is locked.';
    return failedAt('login', { code: 'transport.passphrase_needed', message }, { needs: 'passphrase' });
  }
  if (address.includes('asks') && secrets?.password === undefined) {
    const message = 'asks.lan takes a password only.';
    return failedAt('login', { code: 'transport.auth_failed', message }, { needs: 'password' });
  }
  if (secrets === undefined && input.acceptHostKey === undefined && input.ref === undefined) {
    const message = 'The host showed an ED25519 key that is not known yet.';
    const fingerprint = 'SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM';
    const unknownHostKey = { fingerprint, type: 'ssh-ed25519', address: 'nova.lan:22' };
    return failedAt('host-key', { code: 'transport.host_key_unknown', message }, { unknownHostKey });
  }
  const steps = HOST_TEST_STEPS.map((each) =>
    each === 'virtualization'
      ? step(each, { result: 'warning', remedy: 'Switch on VT-x or AMD-V in the firmware.' })
      : step(each),
  );
  return { ok: true, steps, unknownHostKey: null, needs: null };
}
