import { z } from 'zod';
import { Name, Nothing, Uuid } from './common.ts';
import { ErrorBody } from './errors.ts';
import type { ContractEvent } from './events.ts';
import { read, write, type Method } from './method.ts';

/** What only a window can do: dialogs, the clipboard, the screen. Never part of the control plane's own map. */
export const shellMethods = {
  /** Asks for a disk image file; null when the person closes the dialog. */
  'shell.pickImage': read(
    Nothing,
    z.strictObject({ path: z.string(), name: z.string(), size: z.number() }).nullable(),
  ),
  /** Asks for a private key file to log in with; only its path is told. */
  'shell.pickIdentity': read(Nothing, z.strictObject({ path: z.string() }).nullable()),
  /** Asks for a public key file and reads it; at most 16 KiB. */
  'shell.pickPublicKey': read(Nothing, z.strictObject({ path: z.string(), text: z.string() }).nullable()),
  /** Asks for user data (cloud-config or a script); at most 48 KiB, answered as base64. */
  'shell.pickUserData': read(Nothing, z.strictObject({ name: z.string(), base64: z.string() }).nullable()),
  /** Saves a new private key with mode 0600; null when the person closes the dialog. */
  'shell.savePrivateKey': write(
    z.strictObject({ name: Name, privateKey: z.string().min(1).max(65_536) }),
    z.strictObject({ path: z.string() }).nullable(),
  ),
  /** Where a copy of the database is to be written; null when the person closes the dialog. */
  'shell.saveBackup': read(Nothing, z.string().nullable()),
  'shell.pickBackup': read(Nothing, z.string().nullable()),
  'shell.copyText': write(z.strictObject({ text: z.string().max(1_000_000) }), Nothing),
  'shell.readClipboard': read(Nothing, z.strictObject({ text: z.string() })),
  'shell.setFullScreen': write(z.strictObject({ on: z.boolean() }), Nothing),
  /** Asks first, then hands the link to the browser; https only. */
  'shell.openLink': write(z.strictObject({ url: z.httpUrl().startsWith('https://').max(2048) }), Nothing),
} satisfies Record<string, Method>;

export type ShellMethodName = keyof typeof shellMethods;
export type ShellInput<M extends ShellMethodName> = z.input<(typeof shellMethods)[M]['input']>;
export type ShellOutput<M extends ShellMethodName> = z.output<(typeof shellMethods)[M]['output']>;

/** How an answer crosses to the window: a failure is a value there, since a thrown error would lose its fields. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ErrorBody };

/**
 * What runs over a console's MessagePort, both ways. Each side may send `CONSOLE_WINDOW` bytes that the other has not
 * yet credited back; `end` is the last frame, with the reason or null.
 */
export const ConsoleFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('data'), bytes: z.instanceof(Uint8Array) }),
  z.strictObject({ type: z.literal('credit'), bytes: z.number().int().positive() }),
  z.strictObject({ type: z.literal('end'), error: ErrorBody.nullable() }),
]);
export type ConsoleFrame = z.infer<typeof ConsoleFrame>;

/** bytes */
export const CONSOLE_WINDOW = 1024 * 1024;

/** The window asks for the pipe behind a ticket; the port comes back as a message to the window (see `ConsolePort`). */
export const ConsoleRequest = z.strictObject({ ticket: Uuid });

/** The `data` of the window message that carries a console's port. */
export const ConsolePort = z.strictObject({ type: z.literal('micronova.console'), ticket: Uuid });

/** Everything the page gets from the desktop: `window.micronova`. */
export interface WindowBridge {
  call(method: string, input: unknown): Promise<Reply>;
  shell(method: string, input: unknown): Promise<Reply>;
  subscribe(listener: (events: readonly ContractEvent[]) => void): () => void;
  openConsole(ticket: string): void;
}
