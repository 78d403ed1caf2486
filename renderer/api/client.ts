import {
  ErrorBody,
  type Call,
  type Output,
  type Reply,
  type ShellInput,
  type ShellMethodName,
  type ShellOutput,
  type WindowBridge,
} from '../../core/contract/index.ts';
import { fromErrorBody } from '../../core/domain/errors.ts';

declare global {
  interface Window {
    readonly micronova: WindowBridge;
  }
}

function unwrap(reply: Reply): unknown {
  if (reply.ok) return reply.value;
  throw fromErrorBody(ErrorBody.parse(reply.error));
}

/**
 * The page's only way to the control plane.
 * @throws ExpectedError with the code that the control plane gave
 */
export const call: Call = async (method, input) =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the control plane keeps to its own contract
  unwrap(await window.micronova.call(method, input)) as Output<typeof method>;

/** What the desktop does for the page: dialogs, clipboard, screen. Same errors as `call`. */
export async function shell<M extends ShellMethodName>(
  method: M,
  input: ShellInput<M>,
): Promise<ShellOutput<M>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return unwrap(await window.micronova.shell(method, input)) as ShellOutput<M>;
}
