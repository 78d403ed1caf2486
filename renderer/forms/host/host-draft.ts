import { HostAddress, type Input } from '../../../core/contract/index.ts';

/** What stands in the form that adds a host; texts are as typed. */
export interface HostDraft {
  readonly name: string;
  readonly kind: 'ssh' | 'local';
  readonly address: string;
  readonly user: string;
  readonly port: number | null;
  readonly identityFiles: readonly string[];
  readonly useAgent: boolean;
  readonly jumps: readonly string[];
  readonly socket: string;
}

export const emptyHostDraft: HostDraft = {
  name: '',
  kind: 'ssh',
  address: '',
  user: '',
  port: null,
  identityFiles: [],
  useAgent: true,
  jumps: [],
  socket: '',
};

/** The draft as an address, as `user@host:port` may be typed into one field too. */
export function addressOf(draft: HostDraft): HostAddress | null {
  if (draft.kind === 'local') return HostAddress.parse({ kind: 'local' });
  const typed = /^(?:ssh:\/\/)?(?:([^@/]+)@)?(\[[^\]]+\]|[^:@/]+|[0-9A-Fa-f:]+)(?::(\d+))?\/?$/.exec(
    draft.address.trim(),
  );
  const user = draft.user.trim() || typed?.[1];
  const port = draft.port ?? (typed?.[3] === undefined ? undefined : Number(typed[3]));
  const parsed = HostAddress.safeParse({
    kind: 'ssh',
    address: typed?.[2] ?? draft.address.trim(),
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port }),
    identityFiles: [...draft.identityFiles],
    jumps: [...draft.jumps],
    useAgent: draft.useAgent,
    ...(draft.socket.trim() !== '' && { socket: draft.socket.trim() }),
  });
  return parsed.success && draft.address.trim() !== '' ? parsed.data : null;
}

/** The name typed, or else the address's own. */
export function nameOf(draft: HostDraft): string {
  if (draft.name.trim() !== '') return draft.name.trim();
  const address = addressOf(draft);
  return address?.kind === 'ssh' ? address.address : '';
}

export type Secrets = NonNullable<Input<'host.add'>['secrets']>;
