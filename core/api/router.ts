import { contract, isMethodName, type MethodName, type Output, type Parsed } from '../contract/index.ts';
import { ExpectedError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { RequestContext } from '../identity/context.ts';
import { badInput } from './bad-input.ts';

export type Handler<M extends MethodName> = (
  input: Parsed<M>,
  context: RequestContext,
) => Output<M> | Promise<Output<M>>;

/** One for each of the contract's methods: a missing one does not compile. */
export type Handlers<M extends MethodName = MethodName> = { readonly [K in M]: Handler<K> };

/** @throws ExpectedError only, with the request's id */
export type Router = (method: string, input: unknown, context: RequestContext) => Promise<unknown>;

interface RouterOptions {
  readonly log: Log;
  /** also holds every answer against the contract; in development and tests */
  readonly checkOutput: boolean;
}

/** The one door to the handlers: what comes in is parsed, and whatever is thrown leaves as an expected error. */
export function createRouter(handlers: Handlers, { log, checkOutput }: RouterOptions): Router {
  async function answer(method: MethodName, input: unknown, context: RequestContext): Promise<unknown> {
    const { input: schema, output } = contract[method];
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw badInput(method, parsed.error);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript cannot pair a handler with its own schema
    const handler = handlers[method] as (input: unknown, context: RequestContext) => unknown;
    const result = await handler(parsed.data, context);
    return checkOutput ? output.parse(result) : result;
  }

  return async (method, input, context) => {
    try {
      if (!isMethodName(method)) throw new ExpectedError('not_supported', `There is no method “${method}”.`);
      return await answer(method, input, context);
    } catch (error) {
      throw explain(error, method, context, log);
    }
  };
}

function explain(error: unknown, method: string, context: RequestContext, log: Log): ExpectedError {
  const { requestId } = context;
  if (error instanceof ExpectedError) {
    log.info({ requestId, method, code: error.code }, error.message);
    const { remedy, field, details, cause } = error;
    return new ExpectedError(error.code, error.message, { remedy, field, details, cause, requestId });
  }
  log.error({ requestId, method, err: error }, 'a handler failed unexpectedly');
  return new ExpectedError('internal', `Something in Micronova failed while it handled ${method}.`, {
    cause: error,
    requestId,
    remedy: `This is a bug. The log in the data folder has the details under ${requestId}.`,
  });
}
