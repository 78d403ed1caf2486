import { procedure, QEMU_PROGRAM } from './procedure.ts';
import { domainRef, optionalText, text } from './types.ts';
import { int, struct, uint } from './xdr.ts';

/** Source: libvirt's src/remote/qemu_protocol.x */
export const qemu = {
  /** `command` and `result` are JSON as the guest agent speaks it; `timeout` seconds, -1: libvirt's own. */
  agentCommand: procedure(
    'qemu_domain_agent_command',
    3,
    struct({ domain: domainRef, command: text, timeout: int, flags: uint }),
    struct({ result: optionalText }),
    QEMU_PROGRAM,
  ),
} as const;
