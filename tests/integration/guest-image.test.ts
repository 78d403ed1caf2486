import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Lab } from '../lab/lab.ts';
import { run, until } from '../lab/run.ts';
import { TINY_IMAGE } from '../lab/tiny-image.ts';

const host = Lab.attach(inject('lab')).host(1);
const key = inject('lab').key;
const images = '/var/lib/libvirt/images';

/** A disk with a label and files, as a cloud would make it. */
async function seed(label: string, files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'micronova-seed-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, 'd', name, '..'), { recursive: true });
    await writeFile(join(folder, 'd', name), content);
  }
  const iso = join(folder, 'seed.iso');
  await run(['xorriso', '-as', 'mkisofs', '-quiet', '-V', label, '-J', '-r', '-o', iso, join(folder, 'd')]);
  const bytes = await readFile(iso);
  await rm(folder, { recursive: true });
  return bytes;
}

function domainXml(name: string): string {
  return `<domain type='qemu'><name>${name}</name><memory unit='MiB'>96</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
<devices>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${images}/${name}.qcow2'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><source file='${images}/${name}.iso'/><target dev='hda' bus='ide'/><readonly/></disk>
<interface type='network'><source network='default'/><model type='virtio'/></interface>
<serial type='pty'><log file='${images}/${name}.log'/></serial>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<graphics type='vnc' listen='127.0.0.1'/><video><model type='vga'/></video>
<memballoon model='virtio'/>
</devices></domain>`;
}

async function start(name: string, iso: Uint8Array): Promise<void> {
  await host.writeFile(`${images}/${name}.qcow2`, await readFile(TINY_IMAGE));
  await host.writeFile(`${images}/${name}.iso`, iso);
  await host.writeFile(`/run/${name}.xml`, domainXml(name));
  await host.virsh('create', `/run/${name}.xml`);
}

async function consoleSays(name: string, what: RegExp): Promise<string> {
  return until(
    `${what.source} on the console of ${name}`,
    async () => {
      const log = await host.sh(`cat ${images}/${name}.log 2>/dev/null || true`);
      return what.test(log) ? log : undefined;
    },
    60_000,
  );
}

async function address(name: string): Promise<string> {
  const log = await consoleSays(name, /eth0 has [\d.]+/);
  return /eth0 has ([\d.]+)/.exec(log)?.[1] ?? '';
}

async function gone(name: string): Promise<true> {
  return until(`${name} powered off`, async () => {
    const running = (await host.virsh('list', '--name')).split('\n');
    return running.includes(name) ? undefined : true;
  });
}

describe('the tiny guest', () => {
  let publicKey = '';

  beforeAll(async () => {
    publicKey = (await readFile(`${key}.pub`, 'utf8')).trim();
    const meta = JSON.stringify({
      uuid: 'x',
      hostname: 'tiny-a.novalocal',
      public_keys: { me: `${publicKey}\n` },
    });
    const drive = {
      'openstack/latest/meta_data.json': meta,
      'openstack/latest/user_data': '#!/bin/sh\necho ran as $(id -u) > /run/proof\n',
    };
    await start('tiny-a', await seed('config-2', drive));
    const cloud = `#cloud-config\nhostname: unused\nssh_authorized_keys:\n - ${publicKey}\n`;
    await start(
      'tiny-b',
      await seed('cidata', { 'meta-data': 'local-hostname: tiny-b\n', 'user-data': cloud }),
    );
  });

  afterAll(async () => {
    for (const name of ['tiny-a', 'tiny-b']) {
      await host.exec(['virsh', 'destroy', name], { allowFailure: true });
      await host.sh(`rm -f ${images}/${name}.*`);
    }
  });

  it('takes name, key and script from an OpenStack config drive', async () => {
    await consoleSays('tiny-a', /tiny-a login:/);
    const ip = await address('tiny-a');
    expect((await host.guestSsh(ip, key, 'hostname')).trim()).toBe('tiny-a');
    await consoleSays('tiny-a', /user data has run/);
    expect((await host.guestSsh(ip, key, 'cat /run/proof')).trim()).toBe('ran as 0');
  });

  it('takes name and key from a NoCloud disk', async () => {
    await consoleSays('tiny-b', /tiny-b login:/);
    const ip = await address('tiny-b');
    expect((await host.guestSsh(ip, key, 'hostname')).trim()).toBe('tiny-b');
  });

  it('lets nobody in over the network without a key', async () => {
    const ip = await address('tiny-a');
    const options = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'PreferredAuthentications=none,password',
    ];
    const flags = options.flatMap((option) => ['-o', option]);
    const argv = ['ssh', '-F', 'none', ...flags, '-o', 'BatchMode=yes', `root@${ip}`, 'true'];
    expect((await host.exec(argv, { allowFailure: true })).stderr).toContain('Permission denied');
  });

  it('turns a key press into other pixels on its screen', async () => {
    const picture = async (): Promise<string> => {
      await host.virsh('screenshot', 'tiny-a', '/run/tiny-a.ppm');
      return host.sh('md5sum < /run/tiny-a.ppm');
    };
    const before = await picture();
    await host.virsh('send-key', 'tiny-a', 'KEY_R', 'KEY_O');
    const after = await until('another picture', async () => {
      const now = await picture();
      return now === before ? undefined : now;
    });
    expect(after).not.toBe(before);
  });

  it('powers off when its agent or its power button says so', async () => {
    await until('the guest agent', async () => {
      const ping = ['virsh', 'qemu-agent-command', 'tiny-a', '{"execute":"guest-ping"}'];
      return (await host.exec(ping, { allowFailure: true })).code === 0 ? true : undefined;
    });
    await host.virsh('shutdown', 'tiny-a', '--mode', 'agent');
    expect(await gone('tiny-a')).toBe(true);
    await host.virsh('shutdown', 'tiny-b', '--mode', 'acpi');
    expect(await gone('tiny-b')).toBe(true);
  });
});
