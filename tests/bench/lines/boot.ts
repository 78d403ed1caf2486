import { readFile } from 'node:fs/promises';
import { createControlPlane, type ControlPlane } from '../../../core/control-plane.ts';
import { fromErrorBody } from '../../../core/domain/errors.ts';
import { isMethodName, contract, type Call } from '../../../core/contract/index.ts';
import { processCaller } from '../../../core/identity/context.ts';
import { until } from '../../lab/run.ts';
import { TINY_IMAGE } from '../../lab/tiny-image.ts';
import type { Line } from '../pair.ts';
import type { World } from '../world.ts';

const POOL = '/var/lib/libvirt/images';

function caller(plane: ControlPlane): Call {
  const user = processCaller();
  return async (method, input) => {
    if (!isMethodName(method)) throw new Error(`no method ${String(method)}`);
    return contract[method].output.parse(await plane.call(method, input, user)) as never;
  };
}

async function done(call: Call, taskId: string): Promise<void> {
  const task = await call('task.wait', { id: taskId, timeout: 60_000 });
  if (task.error !== null) throw fromErrorBody(task.error);
}

async function prepare(world: World, call: Call): Promise<void> {
  const address = {
    kind: 'ssh' as const,
    address: '127.0.0.1',
    port: world.host.port,
    user: 'root',
    identityFiles: [world.lab.key],
    useAgent: false,
  };
  const added = await call('host.add', {
    name: 'lab',
    address,
    acceptHostKey: await world.host.fingerprint(),
  });
  if (added.host === null) throw new Error('the lab host was not added');
  const { taskId } = await call('image.create', { name: 'bench', file: TINY_IMAGE, uploadTo: ['lab'] });
  await done(call, taskId);
  await until('the connected lab host', async () => {
    const host = await call('host.show', { ref: 'lab' });
    return host.connection === 'connected' ? host : undefined;
  });
}

async function createToLogin(plane: ControlPlane, call: Call): Promise<void> {
  const [made] = await call('instance.create', {
    name: 'bench',
    flavor: 'm1.nano',
    image: 'bench',
    host: 'lab',
  });
  if (made === undefined) throw new Error('nothing was created');
  await done(call, made.taskId);
  const { ticket } = await call('console.open', { ref: made.instance.id, type: 'serial' });
  const stream = await plane.redeemConsole(ticket);
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('login:')) break;
  }
}

async function removeAll(call: Call): Promise<void> {
  for (const { id } of await call('instance.list', {}))
    await done(call, (await call('instance.delete', { ref: id })).taskId);
}

const XML = `<domain type='qemu'><name>peer</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os><features><acpi/><apic/></features>
<cpu mode='custom'><model>qemu64</model></cpu>
<devices>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${POOL}/peer.qcow2'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${POOL}/peer.iso'/><target dev='hda' bus='ide'/><readonly/></disk>
<interface type='network'><source network='default'/><model type='virtio'/></interface>
<serial type='pty'><log file='${POOL}/peer.log' append='off'/></serial>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<graphics type='vnc' port='-1' listen='127.0.0.1'/><video><model type='vga'/></video>
<memballoon model='virtio'><stats period='5'/></memballoon></devices></domain>`;

const SCRIPT = `cd ${POOL}
mkdir -p seed/openstack/latest
echo '{"uuid":"peer","hostname":"peer"}' > seed/openstack/latest/meta_data.json
xorriso -as mkisofs -quiet -V config-2 -J -r -o peer.iso seed 2>/dev/null </dev/null
qemu-img create -q -f qcow2 -F qcow2 -b ${POOL}/peer-base.qcow2 peer.qcow2 1G
cat > seed/peer.xml
virsh -q define seed/peer.xml >/dev/null
virsh -q start peer >/dev/null
until grep -aq login: peer.log 2>/dev/null; do sleep 0.02; done`;

async function removePeer(world: World): Promise<void> {
  await world.host.sh(`virsh -q destroy peer 2>/dev/null || true; virsh -q undefine peer 2>/dev/null || true
    cd ${POOL}; rm -rf seed peer.iso peer.qcow2 peer.log`);
}

/** From the order to the login prompt on the serial console, the image being on the host already. */
export async function bootLines(world: World): Promise<Line[]> {
  const plane = await createControlPlane({ home: world.path('home'), owner: 'command', version: '0.0.0' });
  const call = caller(plane);
  await prepare(world, call);
  await world.host.writeFile(`${POOL}/peer-base.qcow2`, await readFile(TINY_IMAGE));
  return [
    {
      name: 'create to login prompt',
      ratio: 'time',
      aim: 1.05,
      rounds: 5,
      ours: { name: 'instance.create', run: () => createToLogin(plane, call), clean: () => removeAll(call) },
      peer: {
        name: 'qemu-img + virsh script on the host',
        run: async () => void (await world.host.sh(SCRIPT, { input: XML, timeout: 120_000 })),
        clean: () => removePeer(world),
      },
    },
  ];
}
