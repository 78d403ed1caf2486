import {
  contract,
  isMethodName,
  type ContractEvent,
  type Instance,
  type Settings,
  type MethodName,
  type Reply,
  type WindowBridge,
} from '../../core/contract/index.ts';
import { ExpectedError, toErrorBody } from '../../core/domain/errors.ts';
import { cloudFakes } from './cloud.ts';
import { SETTINGS, ago, flavor, instance, keypair, nextRevision, task, uuid } from './data.ts';
import { hostTest } from './host-test.ts';
import { imageFakes } from './images.ts';
import { actionsOf, busyScene, decisionFor, freshScene, previewFor, type Scene } from './scene.ts';

type Handler = (input: Record<string, unknown>) => unknown;

function find<T extends { id: string; name: string }>(list: readonly T[], ref: unknown): T {
  const found = list.find((each) => each.id === ref || each.name === ref);
  if (found === undefined) throw new ExpectedError('not_found', `There is no ${String(ref)}.`);
  return found;
}

function handlersFor(
  scene: Scene,
  emit: (event: ContractEvent) => void,
): Partial<Record<MethodName, Handler>> {
  let settings: Settings = { ...SETTINGS };
  const accepted = (ref: unknown, kind: string): unknown => {
    const one = find(scene.instances, ref);
    const started = task(kind, one.name, { instanceId: one.id });
    emit({ type: 'task.changed', value: started });
    return { instance: one, taskId: started.id };
  };
  const change = (one: Instance): void => {
    scene.instances = scene.instances.map((each) => (each.id === one.id ? one : each));
    emit({ type: 'instance.changed', value: one });
  };
  return {
    ...imageFakes(scene, emit),
    ...cloudFakes(scene, change, accepted),
    'instance.list': () => scene.instances,
    'host.list': () => scene.hosts,
    'flavor.list': () => scene.flavors,
    'keypair.list': () => scene.keypairs,
    'task.list': () => scene.tasks,
    'settings.get': () => settings,
    'settings.set': (input) => {
      settings = { ...settings, ...input };
      emit({ type: 'settings.changed', value: settings });
      return settings;
    },
    'system.status': () => ({
      version: '0.1.0',
      home: '/home/me',
      pid: 1,
      owner: 'window',
      runningTasks: 0,
      notices: [],
    }),
    'instance.show': (input) => find(scene.instances, input.ref),
    'instance.actions': (input) => actionsOf(find(scene.instances, input.ref)),
    'instance.preview': (input) => previewFor(scene, Number(input.count ?? 1)),
    'instance.decision': () => decisionFor(scene),
    'instance.create': (input) => {
      const made = instance(String(input.name), find(scene.flavors, input.flavor), scene.hosts[0] ?? null, {
        vmState: 'building',
        taskState: 'scheduling',
        addresses: [],
      });
      scene.instances.push(made);
      emit({ type: 'instance.changed', value: made });
      return [{ instance: made, taskId: uuid() }];
    },
    'instance.start': (input) => accepted(input.ref, 'instance.start'),
    'instance.stop': (input) => accepted(input.ref, 'instance.stop'),
    'instance.reboot': (input) => accepted(input.ref, 'instance.reboot'),
    'instance.delete': (input) => {
      const one = find(scene.instances, input.ref);
      if (input.soft === true) {
        const soft = { vmState: 'soft-delete', status: 'SOFT_DELETED', reclaimAt: ago(-900) } as const;
        change({ ...one, ...soft, revision: nextRevision() });
      } else emit({ type: 'deleted', resource: 'instance', id: one.id, revision: nextRevision() });
      return { instance: one, taskId: uuid() };
    },
    'instance.set': (input) => {
      const next = {
        ...find(scene.instances, input.ref),
        name: String(input.name),
        revision: nextRevision(),
      };
      emit({ type: 'instance.changed', value: next });
      return next;
    },
    'instance.xml': () => ({
      xml: "<domain type='kvm'>\n  <name>nova-00000019</name>\n  <memory unit='MiB'>512</memory>\n</domain>\n",
    }),
    'instance.consoleLog': (input) => ({
      text:
        input.offset === undefined
          ? '[    0.000000] Linux version 6.1.0\n[    0.421]  Booting\n\nweb1 login: '
          : '',
      nextOffset: 80,
    }),
    'guest.list': () => scene.foreign,
    'host.test': hostTest,
    'host.add': (input) => {
      const test = hostTest(input);
      return { host: test.ok || input.force === true ? scene.hosts[0] : null, test };
    },
    'host.set': (input) => find(scene.hosts, input.ref),
    'host.connect': (input) => find(scene.hosts, input.ref),
    'keypair.discover': () => [
      {
        path: '/home/me/.ssh/id_ed25519.pub',
        publicKey: scene.keypairs[0]?.publicKey ?? '',
        fingerprint: 'SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
      },
    ],
    'keypair.create': (input) => {
      const made = keypair(String(input.name));
      emit({ type: 'keypair.changed', value: made });
      return {
        keypair: made,
        privateKey:
          input.publicKey === undefined
            ? '-----BEGIN OPENSSH PRIVATE KEY-----\n(not a real one)\n-----END OPENSSH PRIVATE KEY-----\n'
            : null,
      };
    },
    'flavor.create': (input) => {
      const made = {
        ...flavor(String(input.name), 1, 128, 1),
        ...input,
        id: uuid(),
      };
      emit({ type: 'flavor.changed', value: made });
      return made;
    },
  };
}

/** What the desktop's dialogs answer. */
const DESK: Readonly<Record<string, unknown>> = {
  'shell.pickImage': { path: '/home/me/debian-12.qcow2', name: 'debian-12.qcow2', size: 431_000_000 },
  'shell.pickIdentity': { path: '/home/me/.ssh/id_nova' },
  'shell.pickPublicKey': null,
  'shell.pickUserData': null,
  'shell.savePrivateKey': null,
  'shell.readClipboard': { text: 'hello' },
};

/** A control plane of paper for the page alone: `scene` is `fresh`, `busy` or `huge` (5,000 instances). */
export function fakeBridge(name: string): WindowBridge {
  const listeners = new Set<(events: readonly ContractEvent[]) => void>();
  const emit = (event: ContractEvent): void => {
    for (const listener of listeners) listener([event]);
  };
  const scene = name === 'fresh' ? freshScene() : busyScene(name === 'huge' ? 5000 : 24);
  const handlers = handlersFor(scene, emit);
  const uploading = scene.tasks.find((each) => each.kind === 'image.create');
  if (uploading) {
    setTimeout(
      () =>
        emit({
          type: 'task.progress',
          value: {
            taskId: uploading.id,
            step: 'copy',
            done: 64 * 1024 * 1024,
            total: 160 * 1024 * 1024,
            rate: 22 * 1024 * 1024,
            eta: 4.4,
          },
        }),
      300,
    );
  }
  return {
    async call(method, input): Promise<Reply> {
      if (!isMethodName(method))
        return { ok: false, error: { code: 'bad_input', message: `no method ${method}` } };
      const parsed = contract[method].input.safeParse(input);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        return {
          ok: false,
          error: { code: 'bad_input', message: issue?.message ?? '', field: issue?.path.join('.') ?? '' },
        };
      }
      const handler = handlers[method];
      if (handler === undefined)
        return { ok: false, error: { code: 'not_supported', message: `${method} is not in this fake.` } };
      try {
        return { ok: true, value: handler(parsed.data) };
      } catch (error) {
        return { ok: false, error: toErrorBody(error) };
      }
    },
    shell: async (method) => ({ ok: true, value: method in DESK ? DESK[method] : {} }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openConsole() {
      // No console on paper.
    },
  };
}
