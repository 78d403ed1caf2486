import { afterAll, inject } from 'vitest';
import { Lab } from './lab.ts';

// Files share the hosts: one that failed with a wire cut or a host switched off must not take the next ones along.
afterAll(async () => {
  for (const host of Lab.attach(inject('lab')).hosts) {
    await host.restoreLink();
    await host.powerOn();
    await host.sh('virsh -q uri >/dev/null 2>&1 || libvirtd -d');
  }
});
